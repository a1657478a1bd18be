"""Links without a token: who makes them, what they open, and what ends them."""

import logging
import re
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts import services as accounts
from accounts.models import User
from audit.models import Event
from common.errors import Refused
from delivery import services
from delivery.actions import Action
from delivery.link_secret import is_well_formed, new_secret
from delivery.models import Download, Link
from delivery.origins import Origin
from delivery.sending import Unreadable
from delivery.services import links as link_services
from licensing import services as licensing
from licensing.facts import Verdict, VerdictAction
from licensing.models import Grant
from licensing.verdict import Context
from releases import services as releases
from releases.models import Artifact
from releases.selectors import artifacts_of
from tests.racing import ROUNDS, race
from tests.seeded import demo_release, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

PAGE = "/models/demo/heron/v1.0/links/"
REVOKE = f"{PAGE}revoke/"


def artifact(path: str = "config.json") -> Artifact:
    return Artifact.objects.get(release=demo_release("heron v1.0"), path=path)


def make_link(name: str = "deployer", hours: int = 1) -> tuple[Link, str]:
    [(link, secret)] = services.create_links(
        actor=person(name),
        release=demo_release("heron v1.0"),
        artifacts=[artifact()],
        hours=hours,
        context=Context(),
    )
    return link, f"/d/{secret}/config.json"


def grant() -> Grant:
    return Grant.objects.get(named_users__user=person("deployer"))


@pytest.fixture
def deployer(client: Client) -> Client:
    client.force_login(person("deployer"))
    return client


# Opening


def test_a_link_opens_its_file_without_a_token_in_its_makers_name(client: Client) -> None:
    link, address = make_link()
    response = client.get(address)
    assert response.status_code == 200
    assert len(response.getvalue()) == artifact().size
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["Cache-Control"] == "private, no-store"
    download = Download.objects.get()
    assert (download.user, download.link, download.way) == (person("deployer"), link, "link")
    event = Event.objects.get(action=Action.DOWNLOAD_AUTHORISED)
    assert (event.actor, event.data["link"]) == (person("deployer").pseudonym, link.pk)


def test_a_link_knows_ranges_and_heads(client: Client) -> None:
    _link, address = make_link()
    assert client.head(address)["Content-Length"] == str(artifact().size)
    part = client.get(address, headers={"Range": "bytes=5-9"})
    assert (part.status_code, len(part.getvalue())) == (206, 5)


def test_another_name_or_secret_is_404(client: Client) -> None:
    _link, address = make_link()
    secret = address.split("/")[2]
    wrong = secret[:-1] + ("A" if secret[-1] != "A" else "B")
    for other in (
        f"/d/{secret}/model.bin",
        f"/d/{wrong}/config.json",
        "/d/x/config.json",
        f"/d/{'x' * 5000}/config.json",
        f"/d/{secret}%00/config.json",
    ):
        assert client.get(other).status_code == 404


def test_only_the_hash_of_a_secret_is_stored(client: Client) -> None:
    link, address = make_link()
    secret = address.split("/")[2]
    assert is_well_formed(secret)
    assert secret not in str(Link.objects.filter(pk=link.pk).values().get())
    assert secret not in str(list(Event.objects.values_list("data", flat=True)))
    assert new_secret() != new_secret()


# Ending


def test_an_expired_and_a_revoked_link_are_gone(client: Client) -> None:
    link, address = make_link()
    Link.objects.filter(pk=link.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.get(address).status_code == 410
    link, address = make_link()
    services.revoke_links(actor=person("deployer"), links=[link])
    plain = client.get(address)
    assert (plain.status_code, plain.json()["allowed"]) == (410, False)
    page = client.get(address, headers={"Accept": "text/html"})
    assert "This link does not work" in page.content.decode()
    assert Event.objects.filter(action=Action.LINK_REVOKED).count() == 1
    assert not Download.objects.exists()


def revoke() -> None:
    licensing.revoke_grant(actor=person("reviewer"), grant=grant(), reason="The weights leaked.")


def suspend() -> None:
    licensing.suspend_grant(actor=person("reviewer"), grant=grant(), reason="We look at it.")


def hold() -> None:
    model = demo_release("heron v1.0").model
    releases.place_hold(
        actor=person("lead2"), model=model, release=None, kind="all", reason="An incident."
    )


def close_account() -> None:
    User.objects.filter(pk=person("deployer").pk).update(is_active=False)


def expire() -> None:
    Grant.objects.update(ends_at=timezone.now() - timedelta(seconds=1))


@pytest.mark.parametrize("end", [revoke, suspend, hold, close_account, expire])
def test_a_link_dies_with_its_makers_access(client: Client, end: object) -> None:
    _link, address = make_link()
    assert client.get(address).getvalue()
    assert callable(end)
    end()
    for response in (client.get(address), client.head(address)):
        assert response.status_code == 403
    # What the verdict says of the maker is not for whoever holds the link.
    assert client.get(address).json() == {
        "allowed": False,
        "error": "This link cannot be used now. Whoever made it can see why on the release's page.",
    }
    assert Download.objects.count() == 1


def revoke_everything() -> None:
    accounts.revoke_all_tokens(actor=person("deployer"), user=person("deployer"))


def change_password() -> None:
    client = Client()
    User.objects.filter(pk=person("deployer").pk).update(password=make_password("sluice-demo"))
    client.force_login(person("deployer"))
    new = "a longer pass phrase than before"
    answer = client.post(
        reverse("account_change_password"),
        {"oldpassword": "sluice-demo", "password1": new, "password2": new},
    )
    assert answer.status_code == 302


@pytest.mark.parametrize("end", [revoke_everything, change_password])
def test_a_link_ends_with_its_makers_other_credentials(client: Client, end: object) -> None:
    link, address = make_link()
    stale = Link.objects.select_related("user", "artifact__release__model").get(pk=link.pk)
    assert callable(end)
    end()
    assert client.get(address).status_code == client.head(address).status_code == 410
    answer = services.authorise_download(
        actor=stale.user,
        artifact=stale.artifact,
        wanted=None,
        context=Context(),
        origin=Origin(),
        link=stale,
    )
    assert [check.rule for check in answer.verdict.denials] == ["link"]
    _link, again = make_link()
    assert client.get(again).getvalue()


def test_a_link_is_bound_to_its_grant(client: Client) -> None:
    link, address = make_link()
    other = Grant.objects.create(
        model=link.grant.model,
        person=person("applicant"),
        modes=["api"],
        public_modes=["api"],
        ends_at=timezone.now() + timedelta(days=1),
    )
    Link.objects.filter(pk=link.pk).update(grant=other)
    assert client.get(address).status_code == 403
    assert client.head(address).status_code == 403


def test_a_newer_grant_of_its_maker_does_not_end_a_link() -> None:
    link, _address = make_link()
    newer = link.grant_id + 1
    both = Verdict(VerdictAction.DOWNLOAD, (), grant_id=newer, grant_ids=(newer, link.grant_id))
    kept = services.bound(both, link)
    assert (kept.allowed, kept.grant_id, kept.grant_ids) == (
        True,
        link.grant_id,
        (link.grant_id,),
    )
    other = replace(both, grant_ids=(newer,))
    assert [check.rule for check in services.bound(other, link).denials] == ["link"]


def test_a_link_whose_grant_ended_is_refused_where_the_file_cannot_be_read(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    link, address = make_link()

    def unreadable(*_given: object) -> None:
        raise Unreadable("is gone")

    monkeypatch.setattr("delivery.serving.prepare", unreadable)
    assert client.get(address).status_code == 503
    other = Grant.objects.create(
        model=link.grant.model,
        person=person("applicant"),
        modes=["api"],
        public_modes=["api"],
        ends_at=timezone.now() + timedelta(days=1),
    )
    Link.objects.filter(pk=link.pk).update(grant=other)
    assert client.get(address).status_code == 403


def test_a_link_revoked_after_it_was_looked_up_hands_out_nothing() -> None:
    link, _address = make_link()
    stale = Link.objects.select_related("user", "artifact__release__model").get(pk=link.pk)
    services.revoke_links(actor=person("deployer"), links=[link])
    answer = services.authorise_download(
        actor=stale.user,
        artifact=stale.artifact,
        wanted=None,
        context=Context(),
        origin=Origin(),
        link=stale,
    )
    assert answer.download is None
    assert [check.rule for check in answer.verdict.denials] == ["link"]
    assert not Download.objects.exists()


# Making


def test_the_page_makes_a_link_and_shows_it_once(deployer: Client) -> None:
    made = deployer.post(PAGE, {"file": artifact().pk, "hours": 4})
    [address] = set(
        re.findall(r"http://localhost(/d/[\w-]{43}/config\.json)", made.content.decode())
    )
    assert "no-store" in made["Cache-Control"]
    assert deployer.get(address).getvalue()
    page = deployer.get(PAGE).content.decode()
    assert "/d/" not in page
    assert "config.json" in page
    link = Link.objects.get()
    assert timedelta(hours=3) < link.expires_at - link.created_at <= timedelta(hours=4)
    assert Event.objects.get(action=Action.LINK_CREATED).data["path"] == "config.json"


def test_links_to_all_files_come_as_input_for_aria2(deployer: Client) -> None:
    made = deployer.post(PAGE, {"file": "all", "hours": 1}).content.decode()
    release = demo_release("heron v1.0")
    assert Link.objects.count() == Artifact.objects.filter(release=release).count()
    assert made.count("checksum=sha-256=") == Link.objects.count()


def test_the_page_revokes_one_link_or_all(deployer: Client) -> None:
    first, _ = make_link()
    make_link()
    make_link()
    assert deployer.post(REVOKE, {"link": first.public_id}).status_code == 302
    assert Link.objects.filter(revoked_at__isnull=True).count() == 2
    deployer.post(REVOKE)
    assert not Link.objects.filter(revoked_at__isnull=True).exists()
    for wrong in ("x", str(first.public_id), "00000000-0000-0000-0000-000000000000"):
        assert deployer.post(REVOKE, {"link": wrong}).status_code == 404


def test_who_may_not_download_reads_why_and_makes_nothing(client: Client) -> None:
    client.force_login(person("applicant"))
    page = client.get(PAGE)
    assert "verdict-no" in page.content.decode()
    answer = client.post(PAGE, {"file": artifact().pk, "hours": 1})
    assert answer.status_code == 200
    assert not Link.objects.exists()
    with pytest.raises(Refused, match="cannot download"):
        make_link("applicant")


def test_an_internal_release_has_no_page_outside(client: Client) -> None:
    for name in ("deployer", "applicant"):
        client.force_login(person(name))
        assert client.get("/models/demo/kestrel/v0.9/links/").status_code == 404
    assert client.post("/models/demo/nothing/v0.9/links/revoke/").status_code == 404


@pytest.mark.parametrize("data", [{}, {"file": "x", "hours": 1}, {"file": "all", "hours": 100}])
def test_a_malformed_choice_is_said(deployer: Client, data: dict[str, object]) -> None:
    answer = deployer.post(PAGE, data)
    assert "There is a problem" in answer.content.decode()
    assert not Link.objects.exists()


def test_the_service_refuses_what_the_form_would_not_send() -> None:
    release, deployer = demo_release("heron v1.0"), person("deployer")
    other = Artifact.objects.exclude(release=release).first()
    cases: tuple[tuple[list[Any], int], ...] = (
        ([], 1),
        ([other], 1),
        ([artifact()], 25),
        ([artifact()] * 201, 1),
    )
    for artifacts, hours in cases:
        with pytest.raises(Refused):
            services.create_links(
                actor=deployer,
                release=release,
                artifacts=artifacts,
                hours=hours,
                context=Context(),
            )


def test_links_are_made_at_a_limited_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_services, "MOST_AN_HOUR", 2)
    make_link()
    make_link()
    with pytest.raises(Refused, match="very many links"):
        make_link()
    Link.objects.update(created_at=timezone.now() - timedelta(minutes=61))
    make_link()


def test_nobody_revokes_the_links_of_others(client: Client) -> None:
    link, address = make_link()
    with pytest.raises(Refused):
        services.revoke_links(actor=person("applicant"), links=[link])
    client.force_login(person("lead"))
    assert client.post(REVOKE, {"link": link.public_id}).status_code == 404
    assert client.get(address).getvalue()


# Secrecy


def test_no_secret_reaches_the_log(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    link, address = make_link()
    services.revoke_links(actor=person("deployer"), links=[link])
    secret = address.split("/")[2]
    handler = next(h for h in logging.getLogger().handlers if h.filters)
    caplog.handler.filters = handler.filters
    with caplog.at_level(logging.WARNING):
        client.get(address)
        client.get(f"/d/{secret}/another.json")
    assert "/d/-/another.json" in caplog.text
    assert secret not in caplog.text


# Two at once


@pytest.mark.django_db(transaction=True)
def test_no_download_is_authorised_after_its_link_was_revoked(settings: Settings) -> None:
    # Mail stays owed.
    settings.CELERY_TASK_ALWAYS_EAGER = False
    deployer = person("deployer")

    def download(link: Link) -> bool:
        return (
            services.authorise_download(
                actor=deployer,
                artifact=link.artifact,
                wanted=None,
                context=Context(),
                origin=Origin(),
                link=link,
            ).download
            is not None
        )

    for _round in range(ROUNDS // 4):
        made, _address = make_link()
        link = Link.objects.select_related(
            "user", "artifact__release__model", "artifact__release__stage"
        ).get(pk=made.pk)
        before = Event.objects.latest("id").pk
        allowed, _ended = race(
            partial(download, link), partial(services.revoke_links, actor=deployer, links=[link])
        )
        new = Event.objects.filter(pk__gt=before)
        revoked = new.get(action=Action.LINK_REVOKED)
        authorised = list(new.filter(action=Action.DOWNLOAD_AUTHORISED))
        assert len(authorised) == int(allowed)
        # Numbers are given under the locks, so their order is the order of the acts.
        assert all(event.pk < revoked.pk for event in authorised)
        assert download(link) is False


def test_of_very_many_files_some_are_offered_and_any_is_taken(
    deployer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("delivery.forms.MOST_OFFERED", 2)
    paths = [each.path for each in artifacts_of(demo_release("heron v1.0"))]
    last = artifact(paths[-1])
    page = deployer.get(PAGE).content.decode()
    assert f'value="{last.pk}"' not in page
    assert page.count("<option") == 2 + 1 + len(services.LIFETIMES)
    assert f"The first 2 of {len(paths)} files are offered" in page
    page = deployer.get(PAGE, {"file": last.path}).content.decode()
    assert f'<option value="{last.pk}" selected>{last.path}</option>' in page
    page = deployer.post(PAGE, {"file": last.pk, "hours": 1}).content.decode()
    assert "1 link is ready" in page
    assert Link.objects.get().artifact == last
    assert (
        "not one of the available choices"
        in deployer.post(PAGE, {"file": 10**12, "hours": 1}).content.decode()
    )
