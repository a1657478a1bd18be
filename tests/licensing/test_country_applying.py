"""Applying from or for a country that the table does not serve: it is said at once."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Organization, User
from common.errors import Refused
from licensing import services
from licensing.models import Application
from licensing.questions import SECTIONS
from licensing.selectors import answers_of, countries
from releases.models import Model
from tests.factories import make_clearance, make_organization, make_user
from tests.licensing.countries import in_force, make_licence, table_text
from tests.licensing.factories import (
    approve,
    make_all_terms,
    make_draft,
    make_in_review,
    make_model,
    make_release,
)

pytestmark = pytest.mark.django_db
NO_CUBA = table_text(countries={"CU": "deny"})


@pytest.fixture
def model() -> Model:
    make_all_terms()
    model = make_model()
    make_release(model, "gated")
    return model


def send(application: Application) -> Application:
    return services.submit_application(actor=application.applicant, application=application)


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def body(client: Client, name: str, *args: Any) -> str:
    response = client.get(reverse(name, args=args))
    assert response.status_code == 200
    return response.content.decode()


def _stands_in(code: str) -> Organization:
    organization = make_organization()
    Organization.objects.filter(pk=organization.pk).update(country=code)
    return organization


# Sending


@pytest.mark.parametrize(
    ("answers", "source", "remedy"),
    [
        ({"country": "CU"}, "the country that the person works in", "correct it"),
        (
            {"hosting_country": "CU"},
            "the country in which the model will run",
            "Run it in another country",
        ),
    ],
)
def test_a_mode_that_could_never_be_approved_is_refused_and_nothing_is_lost(
    model: Model, answers: dict[str, Any], source: str, remedy: str
) -> None:
    in_force(model, NO_CUBA)
    draft = make_draft(model, modes=["weights"], **answers)
    before = answers_of(draft)
    with pytest.raises(Refused) as refused:
        send(draft)
    for words in (
        f"“Download the weights”: not given for Cuba ({source})",
        remedy,
        "something else",
    ):
        assert words in refused.value.sentence
    draft.refresh_from_db()
    assert (draft.state, answers_of(draft)) == ("draft", before)
    assert not draft.submissions.exists()


def test_without_the_mode_that_is_denied_the_rest_is_sent_and_can_be_approved(
    model: Model,
) -> None:
    make_release(model, "trusted")
    in_force(model, table_text(countries={"CU": "deny"}, at=["weights_gated"]))
    draft = make_draft(model, modes=["api", "weights"], country="CU")
    with pytest.raises(Refused, match="“Download the weights”: not given"):
        send(draft)
    services.save_draft(actor=draft.applicant, application=draft, answers={"modes": ["api"]})
    sent = send(draft)
    assert sent.state == "submitted"
    assert approve(make_in_review(sent)).modes == ["api"]


def test_the_country_of_the_organisation_counts_and_of_those_above_it(model: Model) -> None:
    in_force(model, NO_CUBA)
    for above in (False, True):
        user = make_user()
        organization = make_organization(user)
        change = {"parent": _stands_in("CU")} if above else {"country": "CU"}
        Organization.objects.filter(pk=organization.pk).update(**change)
        draft = make_draft(model, user, organization)
        with pytest.raises(Refused, match="have an owner of the organisation correct it"):
            send(draft)


@pytest.mark.parametrize("effect", ["licence", "review"])
def test_what_a_licence_or_a_second_reviewer_opens_is_sent_with_a_warning(
    model: Model, effect: str
) -> None:
    in_force(model, table_text(countries={"DE": effect}))
    draft = make_draft(model)
    assert countries.notes_for(draft)
    assert send(draft).state == "submitted"


def test_a_licence_on_record_takes_the_warning_away(model: Model) -> None:
    user = make_user()
    organization = make_organization(user)
    in_force(model, table_text(countries={"DE": "licence"}))
    draft = make_draft(model, user, organization)
    assert {note.tone for note in countries.notes_for(draft)} == {"warn"}
    make_licence(model, organization, None)
    assert {note.tone for note in countries.notes_for(draft)} == {"info"}


def test_another_country_than_the_one_vetted_is_what_counts_now(model: Model) -> None:
    user = make_user()
    make_clearance(user=user, country="CU")
    in_force(model, NO_CUBA)
    assert send(make_draft(model, user, country="DE")).state == "submitted"


def test_a_table_tightened_while_it_is_written_counts_when_it_is_sent(model: Model) -> None:
    draft = make_draft(model, country="CU")
    assert countries.notes_for(draft) == []
    in_force(model, NO_CUBA)
    with pytest.raises(Refused, match="not given for Cuba"):
        send(draft)


# The pages


def test_it_is_said_at_once_beside_the_field_and_on_the_next_page(model: Model) -> None:
    in_force(model, NO_CUBA)
    draft = make_draft(model, modes=["weights"])
    client, key = browser(draft.applicant), draft.public_id
    said = "“Download the weights”: not given for Cuba"
    assert said not in body(client, "application_section", key, "hosting")
    url = reverse("application_section", args=[key, "hosting"])
    keys = [each.key for part in SECTIONS if part.key == "hosting" for each in part.questions]
    data = {**{each: answers_of(draft)[each] for each in keys}, "hosting_country": "CU"}
    saved = client.post(url, data, headers={"HX-Request": "true"}).content.decode()
    assert "Saved at" in saved
    assert said in saved
    assert said in client.post(url, {"hosting_country": "CU"}).content.decode()
    answer = client.post(url, data, follow=True)
    assert answer.redirect_chain
    assert said in answer.content.decode()
    page = body(client, "application_section", key, "hosting")
    # It belongs to the field, for a screen reader too.
    note = page.index('<p class="field-note field-note-bad">')
    assert page.rindex('id="id_hosting_country_helptext"', 0, note) > 0
    assert 'aria-describedby="id_hosting_country_helptext"' in page
    assert said in body(client, "application_section", key, "scope")
    assert said not in body(client, "application_section", key, "purpose")


def test_the_summary_says_it_before_sending_and_the_button_refuses(model: Model) -> None:
    in_force(model, NO_CUBA)
    draft = make_draft(model, country="CU")
    client, key = browser(draft.applicant), draft.public_id
    for name in ("application_edit", "application_check"):
        page = body(client, name, key)
        assert "It cannot be sent as it is" in page
        assert "not given for Cuba (the country that the person works in)" in page
    answer = client.post(reverse("application_check", args=[key]))
    assert answer.status_code == 200
    assert "not given for Cuba" in str(answer.context["form"].errors)
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_where_nothing_is_to_be_said_nothing_is_and_it_costs_one_query(model: Model) -> None:
    in_force(model, NO_CUBA)
    draft = make_draft(model)
    with CaptureQueriesContext(connection) as queries:
        assert countries.notes_for(draft) == []
    assert len(queries) == 1
    page = body(browser(draft.applicant), "application_check", draft.public_id)
    assert "cannot be sent as it is" not in page
    assert "About the countries" not in page


def test_before_a_mode_is_chosen_all_are_warned_of(model: Model) -> None:
    in_force(model, NO_CUBA)
    draft = make_draft(model, country="CU", modes=[])
    found = countries.notes_for(draft)
    assert [note.modes for note in found] == [("api", "weights")]
    assert not any(note.refuses for note in found)
    page = body(browser(draft.applicant), "application_edit", draft.public_id)
    assert "About the countries that you stated" in page
