"""The operator's pages of lists."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import ListSnapshot
from accounts.services import screening
from tests.accounts.screening.making import in_force, plain, upload, uploaded
from tests.factories import make_operator, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_operator())
    return client


def send(client: Client, data: bytes, **more: Any) -> Any:
    given = {"on_list": "new", "title": "Trial", "format_name": "plain", "file": uploaded(data)}
    return client.post("/operation/lists/new/", {**given, **more})


def test_an_operator_uploads_a_list_and_sees_it_in_force(client: Client) -> None:
    assert "nobody is screened" in client.get("/operation/lists/").content.decode()
    answer = send(client, plain("1,Sergei Ivanoff,,person,,"))
    snapshot = ListSnapshot.objects.get()
    assert answer["Location"] == f"/operation/lists/{snapshot.pk}/"
    assert "being read through" in client.get(answer["Location"]).content.decode()
    screening.sweep_imports()
    assert "In force" in client.get("/operation/lists/").content.decode()
    assert snapshot.sha256 in client.get(f"/operation/lists/{snapshot.pk}/").content.decode()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"title": ""}, "Give the new list a title"),
        ({"format_name": ""}, "Choose the format"),
        ({"on_list": "77"}, "Select a valid choice"),
        ({"on_list": ""}, "Choose the list that the file is of"),
        ({"file": ""}, "Choose the file"),
        ({"file": uploaded(b"")}, "The file is empty"),
    ],
)
def test_what_is_wrong_with_the_form_is_said_at_the_field(
    client: Client, change: dict[str, object], sentence: str
) -> None:
    answer = send(client, plain("1,A B,,person,,"), **change)
    assert sentence in answer.content.decode()
    assert not ListSnapshot.objects.exists()


def test_a_new_lists_file_does_not_take_the_place_of_a_list_that_was_chosen_by_mistake(
    client: Client,
) -> None:
    former = in_force("1,A B,,person,,")
    page = client.get("/operation/lists/new/").content.decode()
    assert page.index('<option value="" selected>') < page.index(f'value="{former.on_list_id}"')
    for change in ({"format_name": ""}, {"title": ""}):
        answer = send(client, plain("2,C D,,person,,"), on_list=former.on_list_id, **change)
        assert f"The file would be one of {former.on_list}" in answer.content.decode()
    assert ListSnapshot.objects.count() == 1


def test_a_refused_file_says_why_and_where(client: Client) -> None:
    snapshot = upload(plain("1,A B,,person,,", "2,half"))
    screening.import_list(snapshot_id=snapshot.pk)
    for address in ("/operation/lists/", f"/operation/lists/{snapshot.pk}/"):
        page = client.get(address).content.decode()
        assert "Line 3:" in page
        assert "cut off" in page


def test_two_files_are_compared_whichever_comes_first(client: Client) -> None:
    former = in_force("1,Gone Away,,person,,", "2,Stays On,,person,,")
    later = in_force("2,Stays On,,person,DE,", "3,New Come,,person,,", on_list=former.on_list)
    for one, other in ((former, later), (later, former)):
        page = client.get(f"/operation/lists/{one.pk}/compare/{other.pk}/").content.decode()
        added, removed, changed = (
            page.index(f'id="{word}"') for word in ("added", "removed", "changed")
        )
        assert added < page.index("New Come") < removed < page.index("Gone Away") < changed
        assert changed < page.index("Stays On")


def test_files_of_two_lists_are_not_compared(client: Client) -> None:
    one, other = in_force("1,A B,,person,,"), in_force("1,A C,,person,,")
    assert client.get(f"/operation/lists/{one.pk}/compare/{other.pk}/").status_code == 404
    assert client.get(f"/operation/lists/{one.pk}/compare/9999/").status_code == 404


def test_nobody_but_the_operator_knows_of_the_pages() -> None:
    client = Client()
    client.force_login(make_user())
    for address in ("", "new/", "1/", "1/compare/2/"):
        assert client.get(f"/operation/lists/{address}").status_code == 404


def test_what_changed_of_an_entry_is_said(client: Client) -> None:
    former = in_force("1,Old Name,Al,person,DE,1970")
    later = in_force("1,New Name,,person,DE,1970", on_list=former.on_list)
    page = client.get(f"/operation/lists/{former.pk}/compare/{later.pk}/").content.decode()
    told = page[page.index('id="changed"') :]
    assert "Name: <del>Old Name</del>" in told
    assert "<ins>New Name</ins>" in told
    assert "Other names: <del>Al</del>" in told
    assert "Born" not in told


def test_a_file_that_is_being_read_says_what_stays_in_force_and_asks_again(client: Client) -> None:
    former = in_force("1,A B,,person,,")
    address = f"/operation/lists/{upload(plain('1,A C,,person,,'), on_list=former.on_list).pk}/"
    page = client.get(address).content.decode()
    assert "Until it is done, list.csv stays in force." in page
    assert f'hx-get="{address}" hx-trigger="every 3s"' in page
    asked = client.get(address, headers={"HX-Request": "true"})
    assert (asked.headers.get("HX-Refresh"), b"<html" in asked.content) == (None, False)
    screening.sweep_imports()
    assert client.get(address, headers={"HX-Request": "true"})["HX-Refresh"] == "true"


def test_a_refused_file_says_what_to_do_and_which_file_stays(client: Client) -> None:
    former = in_force("1,A B,,person,,")
    snapshot = upload(plain("2,half"), on_list=former.on_list)
    screening.import_list(snapshot_id=snapshot.pk)
    page = client.get(f"/operation/lists/{snapshot.pk}/").content.decode()
    assert "The former file, list.csv, stays in force." in page
    again = f"/operation/lists/new/?list={former.on_list_id}"
    assert again in page
    assert f'<option value="{former.on_list_id}" selected>' in client.get(again).content.decode()


def test_the_lists_alone_are_marked_in_the_menu(client: Client) -> None:
    page = client.get("/operation/lists/").content.decode()
    assert 'href="/operation/lists/" aria-current="page"' in page
    assert 'aria-current="page">Operation' not in page


def test_the_columns_that_are_missing_are_named_beside_those_that_are_there() -> None:
    snapshot = upload(b"number,full name\n1,A B\n")
    screening.import_list(snapshot_id=snapshot.pk)
    snapshot.refresh_from_db()
    assert snapshot.error == (
        "This is not the plain list: “id” and “name” are missing. It has: number, full name."
    )
