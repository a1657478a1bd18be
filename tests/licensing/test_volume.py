"""A grant's download quota: who sets it, who widens it, and how it reads."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from audit.models import Event
from common.errors import Refused
from licensing import services
from licensing.actions import Action
from licensing.models import Application, Grant
from licensing.volume import Volume, check_volume, is_looser
from releases.choices import Right
from tests.factories import make_user
from tests.licensing.factories import (
    SCOPE,
    approve,
    give_right,
    make_all_terms,
    make_application,
    make_grant,
    make_in_review,
    make_release,
    make_reviewer,
    tick_all,
)

GB = 10**9
SMALL, LARGE = Volume(10 * GB, 30), Volume(20 * GB, 30)


@pytest.mark.parametrize(
    ("new", "old", "looser"),
    [
        (None, None, False),
        (SMALL, None, False),
        (None, SMALL, True),
        (LARGE, SMALL, True),
        (SMALL, LARGE, False),
        (Volume(10 * GB, 29), SMALL, True),
        (Volume(10 * GB, 31), SMALL, False),
        # More per day, yet over a month no more: at some time it lets out more.
        (Volume(5 * GB, 1), SMALL, True),
    ],
)
def test_what_lets_out_more_at_any_time_is_looser(
    new: Volume | None, old: Volume | None, looser: bool
) -> None:
    assert is_looser(new, old) is looser


@pytest.mark.parametrize("volume", [(0, 30), (-1, 30), (10**18 + 1, 30), (1, 0), (1, 367)])
def test_an_impossible_volume_is_refused_with_a_sentence(volume: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match=r"\."):
        check_volume(Volume(*volume))


@pytest.fixture
def grant(db: None) -> Grant:
    make_all_terms()
    return make_grant(make_release().model)


def set_volume(grant: Grant, volume: Volume | None, actor: object = None) -> Grant:
    actor = actor or make_reviewer(grant.model)
    return services.set_volume(actor=actor, grant=grant, volume=volume, reason="As agreed.")  # type: ignore[arg-type]


def test_a_quota_is_set_with_its_event_and_its_users_are_told(grant: Grant) -> None:
    reviewer = make_reviewer(grant.model)
    changed = set_volume(grant, SMALL, reviewer)
    assert (changed.volume, changed.volume_set_by) == (SMALL, reviewer)
    event = Event.objects.get(action=Action.GRANT_VOLUME_SET)
    assert event.data == {"reason": "As agreed.", "bytes": 10 * GB, "days": 30}
    user = grant.named_users.get().user
    assert user.notifications.filter(kind="licensing.grant_volume_set").count() == 1


def test_one_person_tightens_and_another_loosens(grant: Grant) -> None:
    reviewer = make_reviewer(grant.model)
    set_volume(grant, LARGE, reviewer)
    set_volume(grant, SMALL, reviewer)
    for looser in (LARGE, None):
        with pytest.raises(Refused, match="another authorised person"):
            set_volume(grant, looser, reviewer)
    assert set_volume(grant, LARGE).volume == LARGE


def test_nobody_widens_their_own_quota(grant: Grant) -> None:
    set_volume(grant, SMALL)
    user = grant.named_users.get().user
    give_right(user, Right.REVIEW_APPLICATION, grant.model)
    with pytest.raises(Refused, match="your own"):
        set_volume(grant, LARGE, user)


def test_who_governs_nothing_an_ended_grant_and_no_change_are_refused(grant: Grant) -> None:
    with pytest.raises(Refused, match="no right"):
        set_volume(grant, SMALL, make_user())
    with pytest.raises(Refused, match="has already"):
        set_volume(grant, None)
    services.revoke_grant(actor=make_reviewer(grant.model), grant=grant, reason="It is over.")
    with pytest.raises(Refused, match="ended"):
        set_volume(grant, SMALL)


def test_an_approval_sets_the_quota(db: None) -> None:
    application = make_in_review(make_application(make_release().model))
    grant = approve(application, volume=SMALL)
    assert (grant.volume, grant.volume_set_by) == (SMALL, application.reviewer)
    other = make_in_review(make_application(make_release().model))
    with pytest.raises(Refused, match="exabyte"):
        approve(other, volume=Volume(0, 30))


# A new approval


def applied_again(grant: Grant, reviewer: User | None = None) -> Application:
    """Have the holder of a grant apply for the rest, and a reviewer take it."""
    Grant.objects.filter(pk=grant.pk).update(modes=["weights"])
    application = make_application(grant.model, grant.person, grant.organization)
    return make_in_review(application, reviewer)


def test_a_new_approval_keeps_the_quota_unless_it_says_another(grant: Grant) -> None:
    first = make_reviewer(grant.model)
    set_volume(grant, SMALL, first)
    kept = approve(applied_again(grant))
    assert (kept.volume, kept.volume_set_by) == (SMALL, first)
    application = applied_again(kept)
    wider = approve(application, volume=LARGE)
    assert (wider.volume, wider.volume_set_by) == (LARGE, application.reviewer)
    none = approve(applied_again(wider), volume=None)
    assert none.volume is None


@pytest.mark.parametrize("how", ["live", "given up", "revoked"])
def test_who_set_the_quota_does_not_widen_it_by_an_approval(grant: Grant, how: str) -> None:
    reviewer = make_reviewer(grant.model)
    set_volume(grant, SMALL, reviewer)
    if how == "given up":
        services.relinquish_grant(actor=grant.named_users.get().user, grant=grant)
    elif how == "revoked":
        services.revoke_grant(actor=reviewer, grant=grant, reason="It is over.")
    application = applied_again(grant, reviewer)
    for looser in (LARGE, None):
        with pytest.raises(Refused, match="another authorised person must widen"):
            approve(application, volume=looser)
    tighter = Volume(5 * GB, 30)
    assert approve(application, volume=tighter).volume == tighter


def test_the_approval_page_proposes_the_quota_there_was(client: Client, grant: Grant) -> None:
    set_volume(grant, SMALL)
    application = applied_again(grant)
    assert application.reviewer is not None
    client.force_login(application.reviewer)
    page = client.get(f"/licensing/reviews/{application.public_id}/approve/").content.decode()
    assert 'name="volume_gb" value="10"' in page
    assert 'name="volume_days" value="30"' in page


# Pages


def test_the_page_sets_the_quota_and_the_grant_says_it(client: Client, grant: Grant) -> None:
    client.force_login(make_reviewer(grant.model))
    address = f"/licensing/grants/{grant.public_id}/"
    form = {"volume_gb": "1.5", "volume_days": "7", "reason": "A pilot."}
    assert client.post(f"{address}volume/", form).status_code == 302
    grant.refresh_from_db()
    assert grant.volume == Volume(1_500_000_000, 7)
    page = client.get(address).content.decode().replace("\xa0", " ")
    assert "You may download at most 1.5 GB in any 7 days." in page
    assert "0 bytes of 1.5 GB" in page
    assert 'value="1.5"' in client.get(f"{address}volume/").content.decode()


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({"volume_gb": "5"}, "over how many days"),
        ({"volume_days": "5"}, "how many GB"),
        ({"volume_gb": "0", "volume_days": "5"}, "greater than"),
        ({"volume_gb": "nan", "volume_days": "5"}, "Enter a number"),
        ({"volume_gb": "1e30", "volume_days": "5"}, "Ensure"),
        ({"volume_gb": "5", "volume_days": "500"}, "less than"),
        ({}, "has already"),
    ],
)
def test_a_malformed_quota_is_said(
    client: Client, grant: Grant, form: dict[str, str], message: str
) -> None:
    client.force_login(make_reviewer(grant.model))
    address = f"/licensing/grants/{grant.public_id}/volume/"
    answer = client.post(address, {**form, "reason": "A pilot."})
    assert answer.status_code == 200
    assert message in answer.content.decode()
    grant.refresh_from_db()
    assert grant.volume is None


def test_the_reviewer_sets_the_quota_with_the_approval(client: Client, db: None) -> None:
    application = make_in_review(make_application(make_release().model))
    assert application.reviewer is not None
    tick_all(application)
    client.force_login(application.reviewer)
    address = f"/licensing/reviews/{application.public_id}/approve/"
    form = {
        **SCOPE,
        "modes": ["weights"],
        "ends_on": (timezone.localdate() + timedelta(days=100)).isoformat(),
        "named_users": [application.applicant_id],
        "volume_gb": "250",
    }
    assert "Say over how many days" in client.post(address, form).content.decode()
    assert client.post(address, {**form, "volume_days": "30"}).status_code == 302
    assert Grant.objects.get(application=application).volume == Volume(250 * GB, 30)
