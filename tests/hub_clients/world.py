"""What the clients meet: acts that run in the portal itself, by its services (SecurePortal.do)."""

import hashlib
import itertools
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import DeviceSecret, DeviceSignIn, User
from accounts.services import create_token
from licensing import services as licensing
from licensing.models import Application, Grant
from releases import services as releases
from releases.choices import Right
from releases.models import Hold, Model, Release
from tests import factories
from tests.boards import factories as boards_factories
from tests.factories import make_token, make_user
from tests.licensing import factories as licensing_factories
from tests.licensing.factories import (
    decline,
    give_right,
    make_application,
    make_grant,
    make_in_review,
    make_reviewer,
    tick_all,
)
from tests.releases import factories as releases_factories
from tests.releases.factories import make_model, make_release, ordinary_files

HERON = ("demo", "heron")
TIER = 2


def start_numbers_at(number: int) -> None:
    """Have the factories of this process name things apart from those of others."""
    modules: list[Any] = [factories, boards_factories, licensing_factories, releases_factories]
    for module in modules:
        module._numbers = itertools.count(number)


def token_of(name: str, rights: str = "weights") -> str:
    """Make a token for a person of the demo."""
    user = User.objects.get(email=f"{name}@demo.example")
    ends = timezone.now() + timedelta(days=1)
    number = user.tokens.count()
    return create_token(
        actor=user,
        user=user,
        name=f"laptop {number}",
        rights=rights.split(","),
        expires_at=ends,
    )[1]


def _heron() -> Model:
    return Model.objects.get(namespace=HERON[0], name=HERON[1])


def _token(user: User) -> str:
    return make_token(user)[1]


def make_applicant() -> str:
    """Make somebody whose application for heron waits; return their token."""
    user = make_user()
    make_application(_heron(), user)
    return _token(user)


def make_applicants(count: str) -> list[str]:
    """Make so many whose applications for heron wait; return their addresses."""
    users = [make_user() for _ in range(int(count))]
    for user in users:
        make_application(_heron(), user)
    return [user.email for user in users]


def make_declined() -> str:
    """Make somebody whose application for heron was declined."""
    user = make_user()
    decline(make_in_review(make_application(_heron(), user)))
    return _token(user)


def make_unsigned() -> str:
    """Make somebody who was approved for heron and has not accepted the terms."""
    user = make_user()
    make_grant(_heron(), user, accepted=False, tier=TIER)
    return _token(user)


def make_recipient(name: str) -> dict[str, Any]:
    """Make a model with a release that may be downloaded, and somebody who may download it."""
    model = make_model(namespace="acme", name=name)
    release = make_release(model, version="v1", stage="gated-weights")
    user = make_user()
    grant = make_grant(model, user, tier=TIER)
    assert grant.state == "active"
    return {"token": _token(user), "grant": grant.pk, "commit": (release.digest or "")[:40]}


def make_odd_names(name: str) -> dict[str, Any]:
    """Make a model whose files have every name that is allowed, and an empty one among them."""
    files = {
        **ordinary_files(),
        "empty.txt": b"",
        "a b/naïve #1+2%.txt": "ï".encode(),
        "deep/er/still/ünïcode ‘x’ & y=z;.json": b"{}\n",
        "100%25/q?.txt": b"?",
    }
    model = make_model(namespace="acme", name=name)
    make_release(model, version="v1", stage="gated-weights", files=files)
    user = make_user()
    make_grant(model, user, tier=TIER)
    sums = {path: hashlib.sha256(content).hexdigest() for path, content in files.items()}
    return {"token": _token(user), "sums": sums}


def revoke(grant: int) -> None:
    """Revoke a grant, as a reviewer would."""
    found = Grant.objects.select_related("model").get(pk=grant)
    reviewer = make_reviewer(found.model)
    licensing.revoke_grant(actor=reviewer, grant=found, reason="The terms were broken.")


def withdraw(name: str) -> None:
    """Hold and withdraw the release of a model, as a lead would."""
    release = Release.objects.get(model__namespace="acme", model__name=name)
    lead = make_user()
    give_right(lead, Right.PLACE_HOLD, release.model)
    releases.place_hold(
        actor=lead,
        model=release.model,
        release=release,
        kind=Hold.Kind.ALL,
        reason="A fault in training.",
    )
    releases.withdraw_release(actor=lead, release=release, reason="A fault in training.")


def look_through(email: str) -> str:
    """Claim somebody's newest application as the reviewer and tick its checklist."""
    sent = Application.objects.filter(applicant__email=email).latest("pk")
    reviewer = User.objects.get(email="reviewer@demo.example")
    tick_all(licensing.claim_application(actor=reviewer, application=sent))
    return application_state(email)


def application_state(email: str) -> str:
    """Return where somebody's newest application stands."""
    return str(Application.objects.filter(applicant__email=email).latest("pk").state)


def let_access_run_out() -> int:
    """Bring every device past the end of its access token; return how many there were."""
    return DeviceSecret.objects.filter(kind="access").update(expires_at=timezone.now())


def let_codes_run_out() -> int:
    """Bring every device that waits past the end of its code; return how many there were."""
    return DeviceSignIn.objects.filter(state="pending").update(expires_at=timezone.now())
