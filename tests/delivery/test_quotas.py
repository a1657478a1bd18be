"""The quota of a grant: what counts, what is refused, when it is free again, and who is told."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Notification
from delivery.models import Download
from delivery.origins import Origin
from delivery.selectors import used_bytes, when_it_fits
from delivery.services import authorise_download, foreseen
from delivery.services.quotas import within_quota
from licensing.facts import Verdict, VerdictAction
from licensing.models import Grant
from licensing.verdict import Context
from licensing.volume import Volume
from releases.models import Artifact
from tests.delivery.hub.asking import Asker
from tests.racing import ROUNDS, race
from tests.seeded import demo_release, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

HERON = "/models/demo/heron/v1.0/files/"
CONFIG = HERON + "config.json"
DAYS = 30


@pytest.fixture
def deployer(client: Client) -> Client:
    client.force_login(person("deployer"))
    return client


def size() -> int:
    return Artifact.objects.get(release=demo_release("heron v1.0"), path="config.json").size


def grant() -> Grant:
    return Grant.objects.get(named_users__user=person("deployer"))


def set_quota(bytes_: int) -> Volume:
    Grant.objects.filter(pk=grant().pk).update(
        volume_bytes=bytes_, volume_days=DAYS, volume_set_by=person("reviewer")
    )
    return Volume(bytes_, DAYS)


def fetch(client: Client, range_: str = "") -> int:
    response = client.get(CONFIG, headers={"Range": range_} if range_ else {})
    response.getvalue()
    return response.status_code


def age(days: float) -> None:
    """Make what was downloaded so far lie in the past."""
    moment = timezone.now() - timedelta(days=days)
    Download.objects.filter(started_at__gt=moment).update(started_at=moment)


def test_downloads_fit_up_to_the_last_byte_and_then_no_more(deployer: Client) -> None:
    set_quota(2 * size())
    assert [fetch(deployer), fetch(deployer), fetch(deployer)] == [200, 200, 403]
    assert fetch(deployer, "bytes=0-0") == 403
    assert Download.objects.count() == 2


def test_a_refusal_says_what_is_used_and_when_it_fits_again(deployer: Client) -> None:
    set_quota(2 * size() + 1)
    fetch(deployer)
    age(days=20)
    fetch(deployer)
    response = deployer.get(CONFIG)
    [denial] = response.json()["denials"]
    assert denial["rule"] == "quota"
    assert f"{size()}" in denial["sentence"]
    free = timezone.localtime(timezone.now() + timedelta(days=10))
    assert f"It fits again from {free.day} {free:%b %Y}" in denial["remedy"]
    assert denial["url"].endswith(f"/licensing/grants/{grant().public_id}/")
    page = deployer.get(CONFIG, headers={"Accept": "text/html"})
    assert (page.status_code, "Download quota" in page.content.decode()) == (403, True)


def test_what_is_older_than_the_window_no_longer_counts(deployer: Client) -> None:
    set_quota(size())
    assert [fetch(deployer), fetch(deployer)] == [200, 403]
    age(days=DAYS + 0.01)
    assert fetch(deployer) == 200


def test_what_was_downloaded_under_the_holders_former_grant_counts(deployer: Client) -> None:
    set_quota(size())
    former = grant()
    assert fetch(deployer) == 200
    Grant.objects.filter(pk=former.pk).update(state="superseded", ended_at=timezone.now())
    copy = Grant.objects.get(pk=former.pk)
    copy.pk, copy.public_id, copy.application = None, uuid4(), None
    copy.state, copy.ended_at, copy.public_modes = "active", None, copy.modes
    copy.save(force_insert=True)
    since = timezone.now() - timedelta(days=1)
    assert used_bytes(copy.pk, since) == used_bytes(former.pk, since) == size()
    assert when_it_fits(copy.pk, Volume(size(), 7), 1, timezone.now()) is not None
    # Another holder's does not, nor the same holder's on another model.
    for grant_ in Grant.objects.exclude(pk__in=[copy.pk, former.pk]):
        assert used_bytes(grant_.pk, since) == 0


def test_a_range_counts_for_its_own_bytes(deployer: Client) -> None:
    set_quota(size())
    assert fetch(deployer, "bytes=0-99") == 206
    assert fetch(deployer) == 403
    assert fetch(deployer, "bytes=100-") == 206
    assert used_bytes(grant().pk, timezone.now() - timedelta(days=1)) == size()


def test_what_was_not_sent_is_given_back(deployer: Client) -> None:
    set_quota(size())
    assert fetch(deployer) == 200
    Download.objects.update(outcome="unknown", bytes_sent=None, finished_at=None)
    assert fetch(deployer) == 403
    Download.objects.update(outcome="cut", bytes_sent=1, finished_at=timezone.now())
    assert fetch(deployer, "bytes=1-") == 206


def test_more_than_the_whole_quota_never_fits(deployer: Client) -> None:
    set_quota(size() - 1)
    [denial] = deployer.get(CONFIG).json()["denials"]
    assert "more than the whole quota" in denial["remedy"]
    assert fetch(deployer, "bytes=1-") == 206


def test_when_it_fits_counts_what_leaves_the_window_in_order(deployer: Client) -> None:
    volume = set_quota(10 * size())
    fetch(deployer)
    fetch(deployer)
    older, newer = Download.objects.order_by("pk")
    now = timezone.now()
    Download.objects.filter(pk=older.pk).update(started_at=now - timedelta(days=3))
    Download.objects.filter(pk=newer.pk).update(started_at=now - timedelta(days=1))
    small = Volume(2 * size(), volume.days)

    def fits_in(wanted: int) -> timedelta | None:
        moment = when_it_fits(grant().pk, small, wanted, now)
        return moment - now if moment else None

    assert fits_in(0) == timedelta(0)
    assert fits_in(1) == fits_in(size()) == timedelta(days=27)
    assert fits_in(size() + 1) == fits_in(2 * size()) == timedelta(days=29)
    assert fits_in(2 * size() + 1) is None


def test_its_users_are_told_once_when_most_is_used(deployer: Client) -> None:
    told = Notification.objects.filter(kind="delivery.quota_nearly_used")
    set_quota(5 * size())
    for count in (0, 0, 0, 1, 1):
        fetch(deployer)
        assert told.count() == count * grant().named_users.count()
    # A wider quota is another one, and so is the same when its window has passed.
    set_quota(7 * size())
    fetch(deployer)
    assert told.count() == 2 * grant().named_users.count()
    assert "97" not in told.latest("pk").body


def test_a_head_and_a_precondition_cost_nothing_of_the_quota(deployer: Client) -> None:
    set_quota(size())
    assert deployer.head(CONFIG).status_code == 200
    etag = deployer.head(CONFIG)["ETag"]
    assert deployer.get(CONFIG, headers={"If-None-Match": etag}).status_code == 304
    assert fetch(deployer) == 200
    assert deployer.get(CONFIG, headers={"If-None-Match": etag}).status_code == 304


def test_a_head_says_what_a_get_would(deployer: Client) -> None:
    set_quota(size())
    fetch(deployer)
    assert deployer.head(CONFIG).status_code == deployer.get(CONFIG).status_code == 403
    set_quota(size() - 1)
    assert deployer.head(CONFIG).status_code == 403
    page = deployer.get("/models/demo/heron/v1.0/").content.decode()
    assert "The grant allows downloads of" in page


def test_a_head_lets_who_has_a_part_go_on(deployer: Client) -> None:
    set_quota(size())
    assert fetch(deployer, "bytes=0-99") == 206
    assert deployer.head(CONFIG).status_code == 200
    assert fetch(deployer, "bytes=100-") == 206
    assert deployer.head(CONFIG).status_code == 403


def test_a_quota_costs_a_head_one_query_and_no_quota_none(deployer: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert deployer.head(CONFIG).status_code == 200
        return len(found)

    queries()
    without = queries()
    set_quota(size())
    assert queries() == without + 1


def test_the_hubs_check_says_that_the_quota_is_used_up() -> None:
    asker = Asker("deployer")
    check = "api/models/demo/heron/auth-check"
    set_quota(Artifact.objects.get(release=demo_release("heron v1.1"), path="config.json").size)
    assert asker.get(check).status_code == 200
    resolve = "demo/heron/resolve/main/config.json"
    assert asker.get(resolve).getvalue()
    refused, head = asker.get(check), asker.head(resolve)
    assert [refused.status_code, head.status_code] == [403, 403]
    assert "The grant allows downloads of" in refused["X-Error-Message"]
    assert "The grant allows downloads of" in head["X-Error-Message"]


def test_of_several_grants_the_first_with_quota_left_is_taken(deployer: Client) -> None:
    volume = set_quota(size())
    fetch(deployer)
    used_up, other = grant().pk, another_grant().pk
    now = timezone.now()
    free = Verdict(VerdictAction.DOWNLOAD, (), used_up, (used_up, other), {used_up: volume})
    for judge in (foreseen, within_quota):
        taken = judge(free, 1, now)
        assert (taken.allowed, taken.grant_id) == (True, other)
        small = replace(free, volumes={used_up: volume, other: Volume(10, DAYS)})
        assert (judge(small, 10, now).allowed, judge(small, 10, now).grant_id) == (True, other)
        refused = judge(small, 11, now)
        assert [check.rule for check in refused.denials] == ["quota"]
        assert refused.grant_id == used_up


def another_grant() -> Grant:
    model = grant().model
    return Grant.objects.create(
        model=model,
        person=person("applicant"),
        modes=["weights"],
        public_modes=["weights"],
        ends_at=timezone.now() + timedelta(days=1),
    )


def test_a_hub_client_reads_the_quota_in_its_headers(client: Client) -> None:
    from tests.factories import make_token

    _token, secret = make_token(person("deployer"))
    set_quota(1)
    address = "/hf/demo/heron/resolve/v1.0/config.json"
    response = client.get(address, headers={"Authorization": f"Bearer {secret}"})
    assert (response.status_code, response["X-Error-Code"]) == (403, "GatedRepo")
    assert "1 byte in any 30 days" in response["X-Error-Message"]


def test_every_page_that_says_what_is_allowed_says_that_the_quota_is_used_up(
    deployer: Client,
) -> None:
    explained = "/licensing/explain/demo/heron/v1.0/"
    sheet = f"/licensing/grants/{grant().public_id}/"
    listed = "/licensing/grants/"
    pages = (explained, sheet, listed, "/models/demo/heron/v1.0/")
    set_quota(size())
    before = {page: deployer.get(page).content.decode() for page in pages}
    fetch(deployer)
    after = {page: deployer.get(page).content.decode() for page in pages}
    for page in pages:
        assert "You may download this release." in before[page]
        assert "You may download this release." not in after[page]
        # The card speaks of what is possible: the API.
        assert ("are used: none is left" in after[page]) == (page != listed)
    assert "The quota is used up" in after[sheet]
    api = deployer.get("/api/explain/demo/heron/v1.0").json()
    [download] = [each for each in api["actions"] if each["action"] == "download"]
    assert not download["allowed"]
    assert download["rules"][-1]["rule"] == "quota"


def test_staff_who_look_for_somebody_see_that_their_quota_is_used_up(client: Client) -> None:
    deployer = person("deployer")
    set_quota(size())
    address = f"/licensing/explain/demo/heron/v1.0/?for={deployer.pseudonym}"
    client.force_login(person("reviewer"))
    assert "none is left" not in client.get(address).content.decode()
    client.force_login(deployer)
    fetch(client)
    client.force_login(person("reviewer"))
    assert "none is left" in client.get(address).content.decode()


def test_the_release_page_shows_the_quota_beside_the_commands(deployer: Client) -> None:
    set_quota(10 * size())
    fetch(deployer)
    page = deployer.get("/models/demo/heron/v1.0/").content.decode()
    assert "Used in the last 30 days" in page


@pytest.mark.django_db(transaction=True)
def test_two_at_once_do_not_both_slip_past(settings: Settings) -> None:
    # Mail stays owed.
    settings.CELERY_TASK_ALWAYS_EAGER = False
    deployer = person("deployer")
    artifact = Artifact.objects.select_related("release__model", "release__stage").get(
        release=demo_release("heron v1.0"), path="config.json"
    )
    set_quota(size())

    def download() -> bool:
        return (
            authorise_download(
                actor=deployer,
                artifact=artifact,
                wanted=None,
                context=Context(),
                origin=Origin(),
            ).download
            is not None
        )

    for _round in range(ROUNDS // 4):
        Download.objects.all().delete()
        assert sorted(race(download, download, download)) == [False, False, True]
