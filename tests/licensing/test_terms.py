"""Publishing terms and accepting them: the evidence, and what acceptance sets going."""

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts import services as accounts
from accounts.models import Notification
from audit import personal
from audit.models import Event
from boards.models import Seat
from common.errors import Refused
from licensing import services
from licensing.models import Acceptance, Grant, Terms, TermsVersion
from tests.factories import make_organization, make_user
from tests.licensing.factories import (
    accept,
    accept_all,
    make_all_terms,
    make_grant,
    make_hold,
    make_model,
    make_release,
    make_terms,
)

pytestmark = pytest.mark.django_db


def legal_counsel() -> Any:
    counsel = make_user()
    Seat.objects.create(board=make_model().board, role="legal", holder=counsel)
    return counsel


def test_a_version_is_fixed_with_the_digests_of_text_and_page() -> None:
    version = make_terms(text="# Use\n\nNo <script>alert(1)</script> harm.")
    assert version.text_sha256 == hashlib.sha256(version.text.encode()).hexdigest()
    assert version.html_sha256 == hashlib.sha256(version.html.encode()).hexdigest()
    assert "<script" not in version.html
    assert '<h2 id="clause-1">Use</h2>' in version.html


@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}"])
@pytest.mark.parametrize(
    "table", ["licensing_termsversion", "licensing_acceptance", "licensing_submission"]
)
def test_the_database_itself_keeps_evidence_as_it_is(table: str, statement: str) -> None:
    make_release(model := make_model())
    make_all_terms()
    make_grant(model, make_user())
    from django.db import connection

    with (
        pytest.raises(DatabaseError, match="never edited"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table))


def test_the_same_text_is_not_published_twice() -> None:
    first = make_terms(text="Be good.")
    assert make_terms(text="Be good.") == first
    assert make_terms(text="Be better.").number == 2


def test_a_legal_seat_publishes_and_nobody_else() -> None:
    given: dict[str, Any] = {"slug": "api-terms", "title": "API terms", "text": "Be good."}
    assert services.publish_terms(actor=legal_counsel(), **given).published_by is not None
    superuser = make_user(is_superuser=True, is_staff=True)
    for actor in (make_user(), superuser):
        with pytest.raises(Refused, match="legal seat"):
            services.publish_terms(actor=actor, **given)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"slug": "Über Terms"}, "short name"),
        ({"slug": ""}, "short name"),
        ({"slug": "x" * 61}, "short name"),
        ({"title": " "}, "Title"),
        ({"title": "x" * 161}, "Title"),
        ({"text": "\n"}, "Text"),
        ({"text": "x" * 200_001}, "Text"),
        ({"text": "hidden \u202e marks"}, "Text"),
    ],
)
def test_wrong_terms_are_refused_with_a_sentence(changes: dict[str, str], words: str) -> None:
    given: dict[str, Any] = {"slug": "api-terms", "title": "API terms", "text": "Be good."}
    given |= changes
    with pytest.raises(Refused, match=words):
        services.publish_terms(actor=None, **given)
    assert not Terms.objects.exists()


def test_the_command_publishes_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "terms.md"
    file.write_text("# Terms\n\nBe good.")
    call_command("publish_terms", "api-terms", title="API terms", file=str(file))
    assert "api-terms version 1 is in force, SHA-256" in capsys.readouterr().out
    assert TermsVersion.objects.get().published_by is None


@pytest.mark.parametrize(
    ("content", "slug", "words"),
    [
        (None, "api-terms", "cannot be read"),
        (b"\xff\xfe\x00", "api-terms", "not UTF-8"),
        (b"", "api-terms", "Text"),
        (b"x" * 900_000, "api-terms", "Text"),
        (b"Be good.", "API terms", "short name"),
    ],
)
def test_the_command_says_what_is_wrong(
    tmp_path: Path, content: bytes | None, slug: str, words: str
) -> None:
    file = tmp_path / "terms.md"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(CommandError, match=words):
        call_command("publish_terms", slug, title="Terms", file=str(file))
    assert not TermsVersion.objects.exists()


def test_acceptance_keeps_the_evidence_and_seals_what_is_personal() -> None:
    version, user = make_terms(), make_user()
    acceptance = accept(user, version)
    assert acceptance.text_sha256 == version.text_sha256
    assert acceptance.html_sha256 == version.html_sha256
    assert acceptance.capacity == "self"
    assert "I agree" in acceptance.consent
    opened = [
        personal.unseal(user.pseudonym, field)
        for field in (acceptance.sealed_name, acceptance.sealed_address, acceptance.sealed_agent)
    ]
    assert opened == ["Ada Lovelace", "192.0.2.7", "Firefox"]
    assert b"Lovelace" not in bytes(acceptance.sealed_name)


def test_a_copy_is_mailed_with_the_whole_text_and_nothing_personal() -> None:
    user = make_user()
    accept(user, make_terms(text="Be good to each other."))
    copy = Notification.objects.get(recipient=user, kind="licensing.terms_accepted")
    assert "Be good to each other." in copy.body
    assert "Lovelace" not in copy.body
    assert "192.0.2.7" not in copy.body


def test_accepting_twice_is_accepting_once() -> None:
    version, user = make_terms(), make_user()
    assert accept(user, version) == accept(user, version, typed_name="Somebody Else")
    assert Event.objects.filter(action="terms.accepted").count() == 1


def test_an_older_version_is_not_accepted_any_more() -> None:
    old = make_terms()
    make_terms()
    with pytest.raises(Refused, match="newer version, 2"):
        accept(make_user(), old)
    assert not Acceptance.objects.exists()


@pytest.mark.parametrize("name", ["", "  ", "Al", "x" * 201, "Ada\x00", "Ada\u202e"])
def test_a_name_must_be_a_name(name: str) -> None:
    version = make_terms()
    with pytest.raises(Refused, match="Legal name"):
        accept(make_user(), version, typed_name=name)
    assert not Acceptance.objects.exists()


def test_one_accepts_only_for_an_organisation_of_one_s_own() -> None:
    version = make_terms()
    with pytest.raises(Refused, match="do not belong"):
        accept(make_user(), version, make_organization())


def test_a_text_that_does_not_match_its_digest_is_not_signed() -> None:
    terms = Terms.objects.create(slug="api-terms", title="Terms")
    version = TermsVersion.objects.create(
        terms=terms,
        number=1,
        text="Be good.",
        html="<p>Be bad.</p>",
        binds_at=timezone.now() + timedelta(days=1),
        text_sha256=hashlib.sha256(b"Be good.").hexdigest(),
        html_sha256=hashlib.sha256(b"<p>Be good.</p>").hexdigest(),
    )
    with pytest.raises(Refused, match="does not match"):
        accept(make_user(), version)


def test_accepting_all_terms_activates_a_waiting_grant() -> None:
    api, weights = make_all_terms()
    make_release(model := make_model(), "gated")
    user = make_user()
    grant = make_grant(model, user, accepted=False)
    assert grant.state == "pending_terms"
    accept(user, api)
    grant.refresh_from_db()
    assert grant.state == "pending_terms"
    accept(user, weights)
    grant.refresh_from_db()
    assert grant.state == "active"
    kinds = set(Notification.objects.filter(recipient=user).values_list("kind", flat=True))
    assert {"licensing.grant_active", "licensing.grant_admitted"} <= kinds


def test_terms_that_two_people_share_between_them_are_not_accepted() -> None:
    api, weights = make_all_terms()
    make_release(model := make_model(), "gated")
    user, colleague = make_user(), make_user()
    organization = make_organization(user, members=(colleague,))
    grant = make_grant(model, user, organization, accepted=False)
    services.add_named_user(actor=user, grant=grant, user=colleague)
    accept(user, api, organization)
    accept(colleague, weights, organization)
    grant.refresh_from_db()
    assert grant.state == "pending_terms"


# Self-service


def test_public_terms_make_one_grant_that_is_widened_later() -> None:
    make_all_terms()
    release = make_release(model := make_model(), "public")
    user = make_user()
    accept_all(user, model)
    grant = Grant.objects.get()
    assert (grant.state, grant.modes, grant.public_modes) == ("active", ["api"], ["api"])
    release.stage = model.ladder.stages.get(slug="open")
    release.save()
    accept_all(user, model)
    grant.refresh_from_db()
    assert set(grant.modes) == set(grant.public_modes) == {"api", "weights"}
    assert Grant.objects.count() == 1


def test_without_all_terms_accepted_there_is_no_self_service_grant() -> None:
    api, _weights = make_all_terms()
    make_release(model := make_model(), "open")
    accept(make_user(), api, model=model)
    assert not Grant.objects.exists()


@pytest.mark.parametrize("kind", ["admissions", "all"])
def test_under_a_hold_nobody_serves_themselves(kind: str) -> None:
    make_all_terms()
    release = make_release(model := make_model(), "public")
    make_hold(release, kind)
    accept_all(make_user(), model)
    assert not Grant.objects.exists()


def test_at_a_named_stage_accepting_the_terms_makes_no_grant() -> None:
    make_all_terms()
    make_release(model := make_model(), "trusted")
    accept_all(make_user(), model)
    assert not Grant.objects.exists()


def test_self_service_names_nobody_on_a_reviewed_grant() -> None:
    make_all_terms()
    make_release(model := make_model(), "gated")
    user, colleague = make_user(), make_user()
    organization = make_organization(user, members=(colleague,))
    grant = make_grant(model, user, organization, modes=["weights"])
    accept_all(colleague, model, organization)
    assert [row.user for row in grant.named_users.all()] == [user]


def test_a_suspended_grant_gains_nothing_by_public_terms() -> None:
    make_all_terms()
    release = make_release(model := make_model(), "public")
    user = make_user()
    accept_all(user, model)
    grant = Grant.objects.get()
    from tests.licensing.factories import make_reviewer, put_at

    services.suspend_grant(actor=make_reviewer(model), grant=grant, reason="A look.")
    put_at(release, "open")
    accept_all(user, model)
    grant.refresh_from_db()
    assert (grant.state, grant.modes) == ("suspended", ["api"])


def test_an_erased_person_leaves_an_acceptance_that_stands_and_reads_as_erased() -> None:
    version, user = make_terms(), make_user()
    acceptance = accept(user, version)
    accounts.erase_person(actor=user, user=user, reason="Asked for it.")
    acceptance.refresh_from_db()
    assert personal.unseal(user.pseudonym, acceptance.sealed_name) == personal.ERASED
    assert acceptance.text_sha256 == version.text_sha256
    with pytest.raises(Refused, match="closed"):
        accept(user, version)
