"""The pages of suspensions: choosing, counting, placing, letting out, lifting; who sees what."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from boards.models import Motion
from licensing import services
from licensing.models import Grant, LeftOut, Suspension
from releases.models import Model
from tests.factories import make_organization, make_user
from tests.licensing.factories import (
    approve,
    make_all_terms,
    make_application,
    make_brake,
    make_grant,
    make_in_review,
    make_model,
    make_release,
    make_reviewer,
    make_seats,
    make_suspension,
)
from tests.licensing.test_ban_pages import signed_in

pytestmark = pytest.mark.django_db

NEW = "/licensing/suspensions/new/"
PLACE = "/licensing/suspensions/place/"


@pytest.fixture
def model() -> Model:
    make_all_terms()
    model = make_model()
    make_release(model, "gated")
    return model


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def body(answer: Any) -> str:
    return str(answer.content.decode())


def in_a_fortnight() -> str:
    return (timezone.localdate() + timedelta(days=14)).isoformat()


def test_one_sees_whom_it_would_stop_before_anything_is_done(model: Model) -> None:
    owner = make_user()
    make_grant(model, owner, make_organization(owner, name="Reed Labs"))
    make_grant(model, make_user(full_name="Ada Lovelace"))
    client = browser(make_brake(model))
    page = body(client.get(NEW, {"model": str(model), "holder_kind": "organization"}))
    assert "<strong>1 stop</strong>, 1 stay" in page
    assert f"Reed Labs, {model}" in page
    assert "Ada Lovelace" not in page
    assert "Grants by country of the holder: Germany 1" in page
    assert not Suspension.objects.exists()


def test_the_list_of_those_it_would_stop_is_had_as_csv(model: Model) -> None:
    person = make_user(full_name="=1+1")
    grant = make_grant(model, person)
    client = browser(make_brake(model))
    answer = client.get(f"{NEW}export/", {"model": str(model)})
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    (row,) = csv.DictReader(io.StringIO(text))
    assert row["grant"] == str(grant.public_id)
    assert (row["holder"], row["country"], row["given"]) == ("'=1+1", "DE", "reviewed")
    assert client.get(f"{NEW}export/", {"model": "nonsense"}).status_code == 302


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"countries": "Germany, Narnia"}, "“Narnia” is no country"),
        ({"organization": "nobody"}, "There is no organisation with this short name"),
        ({"all_other_countries": "on"}, "Name the countries whose holders are not meant"),
        ({"every_model": "on"}, "at least one criterion is needed"),
        ({"holder_kind": "robot"}, "Select a valid choice"),
        ({"access_modes": "none"}, "Select a valid choice"),
        ({"model": "elsewhere/x"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_meant_is_said_and_the_rest_kept(
    model: Model, given: dict[str, str], sentence: str
) -> None:
    client = browser(make_brake(model))
    answer = client.get(NEW, {"model": str(model)} | given)
    assert answer.status_code == 200
    assert sentence in body(answer)
    assert "What it would stop" not in body(answer)


def test_countries_are_written_by_code_or_by_name(model: Model) -> None:
    for country in ("FR", "VN"):
        approve(make_in_review(make_application(model, make_user(), country=country)))
    client = browser(make_brake(model))
    page = body(client.get(NEW, {"model": str(model), "countries": " fr ;viet  nam, germany"}))
    assert "is no country" in page
    page = body(client.get(NEW, {"model": str(model), "countries": "fr; VIETNAM, germany"}))
    assert "Germany, France, Vietnam" in page
    assert "2 stop" in page


def test_placing_takes_a_reason_a_typed_word_and_the_password(model: Model) -> None:
    user = make_user()
    grant = make_grant(model, user)
    kept = make_grant(model, make_user("ada@partner.example"))
    brake = make_brake(model)
    address = f"{PLACE}?model={model}&holder_kind=person"
    late = signed_in(brake, lately=False).get(address)
    assert late["Location"].startswith("/accounts/reauthenticate/")
    client = signed_in(brake)
    given = {
        "reason": "A letter came.",
        "review_on": in_a_fortnight(),
        "leave_out": "ada@partner.example: named in the annex\n",
        "typed": "suspend",
    }
    for wrong, sentence in (
        ({"typed": "Suspend"}, "Type exactly"),
        ({"reason": ""}, "Give a reason"),
        ({"review_on": "2020-01-01"}, "Choose a day to come"),
        ({"leave_out": "ada@partner.example"}, "a colon and a reason are missing"),
        ({"leave_out": "nobody@x.example: y"}, "has no grant among those that you select"),
        ({"leave_out": "no-such-lab: y"}, "has no grant among those that you select"),
    ):
        assert sentence in body(client.post(address, given | wrong))
    assert not Suspension.objects.exists()
    placed = client.post(address, given, follow=True)
    assert "The grants are suspended from now on" in body(placed)
    suspension = Suspension.objects.get()
    assert (suspension.placed_by, suspension.holder_kind) == (brake, "person")
    assert LeftOut.objects.get().grant == kept
    assert services.tell_of_selections() == 1
    assert user.notifications.filter(kind="licensing.grant_in_selection").exists()
    told = body(client.get(f"/licensing/suspensions/{suspension.public_id}/"))
    assert "All of their users were told" in told
    page = body(browser(user).get(f"/licensing/grants/{grant.public_id}/"))
    assert "A letter came." in page
    assert "Nothing is revoked" in page
    assert "See the suspension" not in page


def test_an_address_without_a_whole_selection_leads_back_to_choosing(model: Model) -> None:
    client = signed_in(make_brake(model))
    answer = client.get(f"{PLACE}?model={model}&countries=Narnia")
    assert answer["Location"].startswith(NEW)


def test_a_second_person_lets_a_grant_out_from_its_page(model: Model) -> None:
    grant = make_grant(model, make_user())
    brake = make_brake(model)
    suspension = make_suspension(model, brake)
    address = f"/licensing/suspensions/{suspension.public_id}/let-out/{grant.public_id}/"
    grant_page = f"/licensing/grants/{grant.public_id}/"
    assert address not in body(browser(brake).get(grant_page))
    assert browser(brake).get(address).status_code == 409
    second = browser(make_reviewer(model))
    assert address in body(second.get(grant_page))
    assert "A letter came." in body(second.get(address))
    assert "Give a reason" in body(second.post(address, {"reason": ""}))
    assert "let out of the suspension" in body(
        second.post(address, {"reason": "In the annex."}, follow=True)
    )
    assert LeftOut.objects.get().reason == "In the annex."
    assert second.get(address).status_code == 409


def test_the_board_is_asked_from_its_page_and_lands_on_the_motion(model: Model) -> None:
    make_seats(model)
    make_grant(model, make_user())
    suspension = make_suspension(model)
    client = browser(make_brake(model))
    address = f"/licensing/suspensions/{suspension.public_id}/"
    assert "Propose to lift it" in body(client.get(address))
    assert client.post(f"{address}lift/", {"rationale": ""}).status_code == 200
    sent = client.post(f"{address}lift/", {"rationale": "Over.", "remedy": "None."})
    motion = Motion.objects.get()
    assert sent["Location"] == f"/boards/motions/{motion.public_id}/"
    assert "A motion to lift it is open" in body(client.get(address))
    assert client.post(f"{address}lift/", {"rationale": "x", "remedy": "y"}).status_code == 409
    page = body(client.get(sent["Location"]))
    assert "A letter came." in page


def test_holders_are_named_to_those_alone_who_govern_the_model(model: Model) -> None:
    other = make_model()
    make_release(other, "gated")
    make_grant(model, make_user(full_name="Ada Lovelace"))
    make_grant(other, make_user(full_name="Grace Hopper"))
    client = browser(make_brake(model))
    chosen = {"model": str(model), "every_model": "on", "holder_kind": "person"}
    page = body(client.get(NEW, chosen))
    assert "2 stop" in page
    assert "Ada Lovelace" in page
    assert "Grace Hopper" not in page
    text = b"".join(client.get(f"{NEW}export/", chosen).streaming_content).decode()  # type: ignore[attr-defined]
    assert "Grace Hopper" not in text
    suspension = make_suspension(model, model=None, holder_kind="person")
    detail = body(client.get(f"/licensing/suspensions/{suspension.public_id}/"))
    assert "2 grants" in detail
    assert "Grace Hopper" not in detail
    theirs = Grant.objects.get(model=other)
    address = f"/licensing/suspensions/{suspension.public_id}/let-out/{theirs.public_id}/"
    assert client.get(address).status_code == 404


def test_who_neither_brakes_nor_sits_knows_of_none(model: Model) -> None:
    suspension = make_suspension(model)
    member = make_user()
    make_grant(model, member)
    for user in (make_user(is_superuser=True), make_reviewer(model), member):
        for address in ("", "new/", "new/export/", "place/", f"{suspension.public_id}/"):
            answer = browser(user).get(f"/licensing/suspensions/{address}")
            assert answer.status_code == 404, address


def test_a_grant_in_a_selection_shows_as_suspended_wherever_it_stands(model: Model) -> None:
    user = make_user()
    owner = make_user()
    organization = make_organization(owner)
    make_grant(model, user)
    grant = make_grant(model, owner, organization)
    make_suspension(model)
    card = body(browser(user).get("/licensing/grants/"))
    assert "tag-bad" in card
    assert "one of several that are suspended" in card
    brake = browser(make_brake(model))
    rows = body(brake.get(f"/licensing/models/{model}/grants/"))
    assert rows.count("In a suspended selection") == 2
    assert "Suspend several" in rows
    page = body(brake.get(f"/licensing/grants/{grant.public_id}/"))
    assert f"organization={organization.slug}" in page


def test_lists_take_few_queries_whatever_their_length(
    model: Model, django_assert_max_num_queries: Any
) -> None:
    for _each in range(3):
        make_grant(model, make_user())
    brake = make_brake(model)
    for _each in range(26):
        suspension = make_suspension(model, brake, countries=("DE",))
    client = browser(brake)
    for address in (
        "/licensing/suspensions/",
        f"/licensing/suspensions/{suspension.public_id}/",
        f"{NEW}?model={model}",
        f"/licensing/models/{model}/grants/",
    ):
        client.get(address)
        with django_assert_max_num_queries(15):
            assert client.get(address).status_code == 200
    first = client.get("/licensing/suspensions/")
    assert body(first).count("/licensing/suspensions/") > 25
    assert "before=" in body(first)
