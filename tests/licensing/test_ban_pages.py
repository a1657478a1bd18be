"""The pages of bans and of referrals, as staff and those concerned use them."""

import pytest
from django.test import Client

from accounts.models import User
from boards.models import Motion
from licensing.models import Application, Ban
from releases.choices import Right
from tests.factories import make_organization, make_user
from tests.licensing.factories import (
    give_right,
    make_all_terms,
    make_application,
    make_ban,
    make_brake,
    make_grant,
    make_in_review,
    make_model,
    make_release,
    make_reviewer,
    make_seats,
)

pytestmark = pytest.mark.django_db


PASSWORD = "a long enough password"


def signed_in(user: User, *, lately: bool = True) -> Client:
    """Return a browser whose owner typed the password just now, or long ago."""
    client = Client()
    user.set_password(PASSWORD)
    user.save()
    client.force_login(user)
    if lately:
        client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def test_a_person_is_found_shown_what_would_stop_and_banned() -> None:
    make_all_terms()
    model = make_model()
    make_release(model)
    make_seats(model)
    person = make_user(full_name="Ada Lovelace")
    make_grant(model, person)
    client = signed_in(make_brake(model))
    found = client.post("/licensing/bans/new/", {"who": person.email.upper()})
    place = f"/licensing/bans/person/{person.pseudonym}/"
    assert found["Location"] == place
    page = client.get(place).content.decode()
    assert "Ban Ada Lovelace" in page
    assert "Grants held" in page
    assert f"Grant of {model}: Active" in page
    given = {"model": str(model), "reason": "Weights were resold.", "typed": "ada"}
    refused = client.post(place, given)
    assert "Type exactly" in refused.content.decode()
    assert not Ban.objects.exists()
    placed = client.post(place, given | {"typed": person.email}, follow=True)
    assert "is banned from now on" in placed.content.decode()
    assert Ban.objects.get().person == person
    assert "Ada Lovelace" in client.get("/licensing/bans/").content.decode()


def test_an_organisation_is_found_by_its_short_name_and_nobody_by_another() -> None:
    organization = make_organization()
    client = signed_in(make_brake(make_model()))
    found = client.post("/licensing/bans/new/", {"who": organization.slug})
    assert found["Location"] == f"/licensing/bans/organisation/{organization.slug}/"
    page = client.post("/licensing/bans/new/", {"who": "nobody@nowhere.example"})
    assert "There is no such person or organisation" in page.content.decode()


def test_a_ban_asks_for_the_password_anew() -> None:
    person = make_user()
    client = signed_in(make_brake(make_model()), lately=False)
    answer = client.get(f"/licensing/bans/person/{person.pseudonym}/")
    assert answer["Location"].startswith("/accounts/reauthenticate/")


def test_whoever_is_kept_out_reads_why_and_objects_once() -> None:
    model = make_model()
    make_seats(model)
    person = make_user()
    ban = make_ban(person, model)
    client = Client()
    client.force_login(person)
    address = f"/licensing/bans/{ban.public_id}/"
    page = client.get(address).content.decode()
    assert ban.reason in page
    assert str(ban.placed_by) not in page
    assert client.post(address, {"text": ""}).status_code == 400
    sent = client.post(address, {"text": "It was not me."}, follow=True).content.decode()
    assert "Your objection is with the board" in sent
    assert "Send the objection" not in sent
    assert client.post(address, {"text": "Again."}).status_code == 409
    other = Client()
    other.force_login(make_user())
    assert other.get(address).status_code == 404


def test_a_seat_proposes_to_lift_it_and_lands_on_the_motion() -> None:
    model = make_model()
    seats = make_seats(model)
    ban = make_ban(make_user(), model)
    client = Client()
    client.force_login(make_brake(model))
    assert "Propose to lift it" in client.get(f"/licensing/bans/{ban.public_id}/").content.decode()
    address = f"/licensing/bans/{ban.public_id}/lift/"
    sent = client.post(address, {"rationale": "A mistake.", "remedy": "None needed."})
    motion = Motion.objects.get()
    assert sent["Location"] == f"/boards/motions/{motion.public_id}/"
    again = client.post(address, {"rationale": "A mistake.", "remedy": "None needed."})
    assert again.status_code == 409
    client.force_login(seats["chair"])
    page = client.get(f"/boards/motions/{motion.public_id}/").content.decode()
    assert "Why the ban was placed" in page
    assert ban.reason in page


def test_the_verdict_s_explanation_leads_to_the_ban() -> None:
    make_all_terms()
    release = make_release(make_model())
    person = make_user()
    make_grant(release.model, person)
    ban = make_ban(person)
    client = Client()
    client.force_login(person)
    page = client.get(f"/licensing/explain/{release.model}/{release.version}/").content.decode()
    assert f"You are banned: {ban.reason}" in page
    assert f"/licensing/bans/{ban.public_id}/" in page


def test_who_holds_the_brake_finds_it_on_the_grant() -> None:
    make_all_terms()
    model = make_model()
    make_release(model)
    grant = make_grant(model, make_user())
    client = Client()
    client.force_login(make_brake(model))
    assert "/licensing/bans/person/" in client.get(grant_page(grant)).content.decode()
    client.force_login(make_reviewer(model))
    assert "/licensing/bans/" not in client.get(grant_page(grant)).content.decode()


def grant_page(grant: object) -> str:
    return f"/licensing/grants/{grant.public_id}/"  # type: ignore[attr-defined]


def test_a_reviewer_sees_a_ban_beside_the_answers() -> None:
    model = make_model()
    make_release(model)
    person = make_user()
    organization = make_organization(person, name="Shady Labs")
    application = make_in_review(make_application(model, person))
    make_ban(organization)
    assert application.reviewer is not None
    client = Client()
    client.force_login(application.reviewer)
    page = client.get(f"/licensing/reviews/{application.public_id}/").content.decode()
    assert "Shady Labs is banned: Weights were resold." in page


def test_a_reviewer_refers_an_application_and_both_sides_see_it() -> None:
    model = make_model()
    make_release(model)
    seats = make_seats(model)
    application = make_in_review(make_application(model))
    reviewer = application.reviewer
    assert reviewer is not None
    client = Client()
    client.force_login(reviewer)
    address = f"/licensing/reviews/{application.public_id}/"
    assert "Refer to the board" in client.get(address).content.decode()
    empty = client.post(f"{address}refer/", {"question": "", "summary": ""})
    assert Application.objects.get().state == "in_review"
    assert empty.status_code == 200
    sent = client.post(
        f"{address}refer/", {"question": "May we?", "summary": "Solid."}, follow=True
    )
    assert "With the board" in sent.content.decode()
    assert "Decline" not in sent.content.decode()
    queue = client.get("/licensing/reviews/?show=referred").content.decode()
    assert str(application.public_id) in queue
    client.force_login(application.applicant)
    page = client.get(f"/licensing/applications/{application.public_id}/").content.decode()
    assert "Your application was referred to the board" in page
    assert "It votes until" in page
    assert "May we?" not in page
    client.force_login(seats["chair"])
    motion = client.get(f"/boards/motions/{Motion.objects.get().public_id}/").content.decode()
    assert "May we?" in motion
    assert application.applicant.email not in motion


def test_bans_are_hidden_from_those_without_brake_or_seat() -> None:
    model = make_model()
    ban = make_ban(make_user(), model)
    manager = make_user()
    give_right(manager, Right.MANAGE_RELEASE, model)
    client = Client()
    for user in (make_user(is_superuser=True), make_reviewer(model), manager):
        client.force_login(user)
        for address in ("", "new/", f"{ban.public_id}/", f"{ban.public_id}/lift/"):
            assert client.get(f"/licensing/bans/{address}").status_code == 404
