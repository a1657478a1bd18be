"""What stands before a journey begins, made by the services beside the running portal.

Run by `play`: each scene prints one line of JSON, which the test reads.
"""

import json
import secrets
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from accounts import services as accounts
from accounts.models import User
from licensing import services
from licensing.models import Application, TermsVersion
from portal.demo import ACCOUNTS, PASSWORD
from portal.seed import catalog
from portal.seed.transformer import write_model
from releases import services as releases
from releases.choices import Right
from releases.models import Model, Release, Stage
from releases.permissions import assign
from releases.selectors import model_by_name
from tests.browser.running import Portal
from tests.licensing.factories import accept, approve, make_application, make_in_review
from tests.signing_in import proven_client

QUEUE_LENGTH = 200


def play(portal: Portal, scene: str) -> dict[str, Any]:
    """Have the portal's own process play a scene of this module, and return what it tells."""
    script = f"from tests.browser import scenes; scenes.{scene}()"
    told = portal.manage("shell", "-c", script, check=False)
    assert told.returncode == 0, told.stderr
    found: dict[str, Any] = json.loads(told.stdout.strip().splitlines()[-1])
    return found


def _person(name: str, full_name: str) -> User:
    user = accounts.create_user(
        actor=None, email=f"{name}@demo.example", full_name=full_name, verified=True
    )
    User.objects.filter(pk=user.pk).update(password=make_password(PASSWORD))
    return user


def _model(name: str) -> Model:
    """Make a model with a release at the first stage at which one applies."""
    heron = model_by_name("demo", "heron")
    assert heron is not None
    model = Model.objects.create(
        namespace="demo",
        name=name,
        title=name.capitalize(),
        board=heron.board,
        ladder=heron.ladder,
    )
    like = Release.objects.get(model=heron, version="v1.1")
    Release.objects.create(
        model=model,
        version="v1.0",
        state="sealed",
        stage=like.stage,
        staged_at=timezone.now(),
        digest=secrets.token_hex(32),
        source="/nowhere",
        sealed_at=timezone.now(),
    )
    return model


def _reviewer(name: str, full_name: str, model: Model) -> User:
    user = _person(name, full_name)
    assign(user, Right.REVIEW_APPLICATION, model)
    return user


def signed_in() -> None:
    """Everybody of the demo in a browser of their own, who has just proven who they are."""
    cookies = {}
    for account in ACCOUNTS:
        client = proven_client(User.objects.get(email=account.email))
        cookies[account.email.partition("@")[0]] = client.cookies[
            settings.SESSION_COOKIE_NAME
        ].value
    print(json.dumps(cookies))  # noqa: T201


def plover() -> None:
    """A release whose managers leave the whole board its votes, made by the commands."""
    with TemporaryDirectory() as directory:
        write_model(Path(directory), catalog.KESTREL, "# Plover\n")
        on = ("--board", "release-board", "--ladder", "demo")
        call_command("create_model", "demo/plover", "--title", "Plover", *on)
        call_command("grant_right", "manager@demo.example", "manage_release", "demo/plover")
        call_command("grant_right", "lead2@demo.example", "place_hold", "demo/plover")
        call_command("ingest_release", "demo/plover", "v0.1", directory, "--wait")
    release = Release.objects.get(model__name="plover")
    print(json.dumps({"digest": release.digest}))  # noqa: T201


@transaction.atomic
def vetted() -> None:
    """Somebody whom the review for one model has vetted, and another model."""
    heron = model_by_name("demo", "heron")
    assert heron is not None
    ada = _person("vetted", "Ada Lovelace")
    approve(
        make_in_review(
            make_application(heron, ada), User.objects.get(email="reviewer@demo.example")
        ),
        tier=2,
    )
    _model("ibis")
    print(json.dumps({"model": "/models/demo/ibis/v1.0/"}))  # noqa: T201 - what `play` reads


@transaction.atomic
def returned() -> None:
    """A researcher whose application came back with a question, and two reviewers."""
    model = _model("tern")
    first = _reviewer("first", "Farah First", model)
    _reviewer("second", "Sven Second", model)
    application = make_application(model, _person("rosa", "Rosa Researcher"), track="researcher")
    application = make_in_review(application, first)
    services.return_application(
        actor=first, application=application, message="Who besides you can reach the machine?"
    )
    print(json.dumps({"application": str(application.public_id)}))  # noqa: T201


@transaction.atomic
def queue() -> None:
    """Two hundred applications for one model, half of them from Kenya, and who reviews them."""
    model = _model("stint")
    _reviewer("keys", "Kim Keys", model)
    now = timezone.now()
    people = [
        accounts.create_user(
            actor=None,
            email=f"queued{number}@example.org",
            full_name=f"Queued {number:03}",
            verified=True,
        )
        for number in range(QUEUE_LENGTH)
    ]
    Application.objects.bulk_create(
        Application(
            model=model,
            applicant=person,
            track="researcher",
            state="submitted",
            submitted_at=now,
            due_at=now + timedelta(hours=number),
            country="KE" if number % 2 else "FR",
        )
        for number, person in enumerate(people)
    )
    print(json.dumps({"length": QUEUE_LENGTH}))  # noqa: T201


@transaction.atomic
def newcomer() -> None:
    """Somebody who is about to apply, a model to apply for, and terms that are long."""
    _model("knot")
    _person("nora", "Nora Newcomer")
    paragraphs = "\n\n".join(f"Of the care that is taken, part {part}." for part in range(60))
    services.publish_terms(
        actor=None,
        slug="care",
        title="Terms of care",
        text=f"# Passing on {{redistribution, risky}}\n\n{paragraphs}\n",
    )
    print(json.dumps({"model": "/models/demo/knot/v1.0/"}))  # noqa: T201


def lent() -> None:
    """Somebody who may download by terms of their own, which have changed: a day is left."""
    heron = model_by_name("demo", "heron")
    assert heron is not None
    source = catalog.LADDER_FILE.read_text().replace("name: demo", "name: lending", 1)
    ladder = releases.load_ladder(
        actor=None, source_text=source.replace("weights-terms", "lending-terms")
    ).ladder
    model = releases.create_model(
        actor=None,
        namespace="demo",
        name="dunlin",
        title="Dunlin",
        summary="Summarises what was lent.",
        board=heron.board,
        ladder=ladder,
    )
    release = catalog.ingest(model, "v1.0", catalog.KESTREL)
    # As if the board had moved it: its votes are another story.
    Release.objects.filter(pk=release.pk).update(
        stage=Stage.objects.get(ladder=ladder, access_mode="weights_gated"),
        staged_at=timezone.now(),
    )
    vera = _person("vera", "Vera Borrower")
    reviewer = _reviewer("lender", "Lars Lender", model)
    first = _publish_lending("Keep the weights on one machine.")
    grant = approve(
        make_in_review(make_application(model, vera), reviewer), tier=2, modes=["weights"]
    )
    accept(vera, first, model=model)
    _publish_lending("Keep the weights on one machine, and tell us which.", grace_days=1)
    told = {
        "grant": f"/licensing/grants/{grant.public_id}/",
        "release": "/models/demo/dunlin/v1.0/",
    }
    print(json.dumps(told))  # noqa: T201


def _publish_lending(text: str, *, grace_days: int = 0) -> TermsVersion:
    return services.publish_terms(
        actor=None,
        slug="lending-terms",
        title="Terms of lending",
        text=f"# Keeping {{security, risky}}\n\n{text}\n",
        grace_days=grace_days,
    )


@transaction.atomic
def a_day_later() -> None:
    """Let the day pass that was left, as nobody can in life: what was published stays as it is."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE licensing_termsversion DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE licensing_termsversion SET published_at = published_at - day, "
            "in_force_at = in_force_at - day, binds_at = binds_at - day "
            "FROM (SELECT interval '1 day' AS day) AS passed, licensing_terms AS terms "
            "WHERE terms.id = terms_id AND slug = 'lending-terms'"
        )
        passed = cursor.rowcount
        cursor.execute("ALTER TABLE licensing_termsversion ENABLE TRIGGER USER")
    print(json.dumps({"versions": passed}))  # noqa: T201
