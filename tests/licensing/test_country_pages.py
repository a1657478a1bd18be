"""The pages of country tables and licences: nothing is done before one has seen what it does."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import User
from accounts.services.screening import Party
from boards.models import Motion
from licensing.country_forms import LicenceForm
from licensing.models import CountryVersion, ExportLicence
from licensing.selectors import countries
from releases.models import Model
from tests.factories import make_organization, make_user
from tests.licensing.countries import in_force, make_licence, table_text
from tests.licensing.factories import (
    make_all_terms,
    make_application,
    make_brake,
    make_grant,
    make_hit,
    make_model,
    make_release,
    make_reviewer,
    make_seats,
)
from tests.signing_in import proven_client

pytestmark = pytest.mark.django_db


@pytest.fixture
def model() -> Model:
    make_all_terms()
    model = make_model()
    make_release(model, "gated")
    return model


@pytest.fixture
def lead(model: Model) -> User:
    return make_brake(model)


def test_a_table_is_put_in_force_only_as_it_was_shown(model: Model, lead: User) -> None:
    german = make_user(full_name="Greta German")
    make_grant(model, german)
    client, url = proven_client(lead), reverse("country_change", args=[model.board.slug])
    text = table_text(countries={"DE": "deny"})
    page = client.post(url, {"text": text, "act": "preview"})
    assert page.status_code == 200
    assert "Germany: “Allowed” becomes “Denied”." in page.content.decode()
    assert "Greta German (DE)" in page.content.decode()
    seen = page.context["preview"].seen
    act = {"text": text, "seen": seen, "act": "tighten"}
    assert "Say why" in client.post(url, act).content.decode()
    other = text.replace("deny", "licence")
    assert client.post(url, {**act, "text": other, "why": "The law."}).status_code == 200
    assert not CountryVersion.objects.exists()
    assert client.post(url, {**act, "why": "The law."}).status_code == 302
    version = countries.version_in_force(model.board)
    assert version is not None
    table = reverse("country_table", args=[model.board.slug])
    assert "Germany" in client.get(table).content.decode()
    of_version = client.get(reverse("country_version", args=[model.board.slug, 1]))
    assert version.table.digest[:12] in of_version.content.decode()
    assert client.get(reverse("country_version", args=[model.board.slug, 2])).status_code == 404
    assert client.get(reverse("country_list")).headers["Location"] == table


def test_what_is_wrong_with_a_file_stands_at_its_field_and_nothing_is_lost(
    model: Model, lead: User
) -> None:
    client, url = proven_client(lead), reverse("country_change", args=[model.board.slug])
    wrong = table_text(countries={"ZZ": "deny"}).encode()
    page = client.post(url, {"file": SimpleUploadedFile("c.yaml", wrong), "act": "preview"})
    form = page.context["form"]
    assert all(problem.startswith("line ") for problem in form.errors["text"])
    assert "ZZ: deny" in page.content.decode()
    latin = SimpleUploadedFile("c.yaml", "título: x".encode("latin-1"))
    page = client.post(url, {"text": "title: kept", "file": latin, "act": "preview"})
    assert page.context["form"].errors["file"] == ["The file is not UTF-8 text."]
    assert "title: kept" in page.content.decode()
    page = client.post(url, {"text": "", "in_force_on": "2020-01-01", "act": "preview"})
    assert set(page.context["form"].errors) == {"text", "in_force_on"}


def test_what_loosens_goes_before_the_board_with_what_allows_it(model: Model, lead: User) -> None:
    make_seats(model)
    in_force(model, table_text(countries={"CU": "deny"}))
    client, url = proven_client(lead), reverse("country_change", args=[model.board.slug])
    text = table_text()
    page = client.post(url, {"text": text, "act": "preview"})
    assert "so that it takes a motion" in page.content.decode()
    given = {"text": text, "seen": page.context["preview"].seen, "why": "Repealed."}
    assert client.post(url, {**given, "act": "tighten"}).status_code == 409
    assert "Say what allows it" in client.post(url, {**given, "act": "propose"}).content.decode()
    sent = client.post(url, {**given, "act": "propose", "legal": "The order of May."})
    motion = Motion.objects.get()
    assert sent.headers["Location"] == reverse("motion_detail", args=[motion.public_id])
    shown = client.get(sent.headers["Location"]).content.decode()
    assert "Cuba: “Denied” becomes “Allowed”." in shown
    assert "The order of May." in shown
    assert "As soon as it is approved." in shown


def test_the_organisation_of_a_licence_is_named_as_people_know_it(model: Model, lead: User) -> None:
    ann, ben = make_user(), make_user()
    make_grant(model, ann, make_organization(ann, name="Aspen & Co"))
    make_organization(make_user(), name="Unheard Of")
    twins = [make_organization(each, name="Twin Ltd") for each in (ben, make_user())]
    make_grant(model, ben, twins[0])
    page = proven_client(lead).get(reverse("licence_record", args=[model.namespace, model.name]))
    offered = re.findall(r'<option value="([^"]*)">', page.content.decode())
    assert offered == ["Aspen &amp; Co", "Twin Ltd"]
    given = {"authority": "BAFA", "number": "1", "countries": "RU", "ends_on": "2099-12-31"}
    for name, error in (
        ("unheard of", ""),
        (twins[1].slug, ""),
        ("Twin Ltd", "Several have this name"),
        ("Nobody", "There is no organisation with this name."),
    ):
        told = str(LicenceForm({**given, "organization": name}).errors.get("organization", ""))
        assert error in told, name
        assert bool(told) == bool(error), name


def test_a_licence_is_recorded_read_back_and_withdrawn(model: Model, lead: User) -> None:
    organization = make_organization(make_user())
    client = proven_client(lead)
    url = reverse("licence_record", args=[model.namespace, model.name])
    letter = b"%s is licensed.\n" % organization.name.encode()
    given = {
        "organization": organization.slug,
        "authority": "BAFA",
        "number": "A-1",
        "countries": "Russia",
        "ends_on": "2099-12-31",
    }
    assert "Choose the document." in client.post(url, given).content.decode()
    wrong = {**given, "countries": "Atlantis", "organization": "nobody"}
    page = client.post(url, {**wrong, "file": SimpleUploadedFile("a.txt", letter)})
    assert set(page.context["form"].errors) == {"countries", "organization"}
    sent = client.post(url, {**given, "file": SimpleUploadedFile("a.txt", letter)})
    licence = ExportLicence.objects.get()
    assert sent.headers["Location"] == reverse("licence_detail", args=[licence.public_id])
    document = client.get(reverse("licence_document", args=[licence.public_id]))
    assert (document.content, document["Content-Disposition"][:10]) == (letter, "attachment")
    listed = reverse("licence_list", args=[model.namespace, model.name])
    reviewer = proven_client(make_reviewer(model))
    assert "BAFA A-1" in reviewer.get(listed).content.decode()
    assert reviewer.post(sent.headers["Location"], {"reason": "No."}).status_code == 404
    assert client.post(sent.headers["Location"], {"reason": "Revoked."}).status_code == 302
    licence.refresh_from_db()
    assert licence.withdrawn_by == lead


def test_the_queue_the_review_and_the_explanation_tell_what_the_table_asks(model: Model) -> None:
    reviewer, applicant = make_reviewer(model), make_user()
    application = make_application(model)
    in_force(model, table_text(countries={"DE": "review"}))
    client = proven_client(reviewer)
    assert "The country table asks for more" in client.get(reverse("review_queue")).content.decode()
    detail = client.get(reverse("review_detail", args=[application.public_id])).content.decode()
    assert "Germany (the country that the person works in) takes a second reviewer." in detail
    other = make_model(reviewers=(reviewer,))
    release = make_release(other, "gated")
    grant = make_grant(other, applicant)
    in_force(other, table_text(countries={"DE": "licence"}))
    hit = make_hit(Party(user=applicant), source="licensing.grant", source_id=grant.pk)
    address = reverse("explain", args=[other.namespace, other.name, release.version])
    told = client.get(f"{address}?for={applicant.pseudonym}").content.decode()
    assert reverse("screening_hit", args=[hit.public_id]) in told
    assert "Export licence" in told
    own = proven_client(applicant).get(address).content.decode()
    assert "For Germany (the country that the person works in" in own
    assert "Listed Name" not in own


def test_outsiders_and_other_boards_staff_find_no_such_page(model: Model) -> None:
    licence = make_licence(model, make_organization(), None)
    addresses = [
        reverse("country_table", args=[model.board.slug]),
        reverse("country_change", args=[model.board.slug]),
        reverse("licence_list", args=[model.namespace, model.name]),
        reverse("licence_detail", args=[licence.public_id]),
        reverse("licence_document", args=[licence.public_id]),
    ]
    for person in (make_user(), make_brake(make_model())):
        client = proven_client(person)
        assert {client.get(address).status_code for address in addresses} == {404}
    assert proven_client(make_user()).get(reverse("country_list")).status_code == 404
