"""The pages of the register: who gets which, what they show, and what they do with bad input."""

import re
from collections.abc import Iterable
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from releases import services
from releases.models import Comparable
from releases.selectors import comparables as register
from tests.boards.factories import make_board
from tests.factories import make_user
from tests.releases.comparables import (
    make_comparable,
    make_keeper,
    reference_fields,
    result_entry,
    result_fields,
    stands,
    statement_id,
    verify,
)
from tests.releases.factories import make_model
from tests.releases.test_comparable_csv import row, table
from tests.releases.test_pages import signed_in, text

pytestmark = pytest.mark.django_db

MOST_QUERIES = 15
LIST = "/releases/comparables/"


def pages_of(comparable: Comparable) -> dict[str, bool]:
    """Return every address of the register, and whether it takes a keeper."""
    [result] = stands(comparable).results
    own = [comparable.public_id]
    return {
        LIST: False,
        reverse("comparable_export"): False,
        reverse("comparable_detail", args=own): False,
        reverse(
            "comparable_verification_record", args=[comparable.verifications.get().public_id]
        ): False,
        reverse("comparable_add"): True,
        reverse("comparable_import"): True,
        reverse("comparable_edit", args=own): True,
        reverse("comparable_verify", args=own): True,
        reverse("comparable_result_add", args=own): True,
        reverse("comparable_result_correct", args=[result.public_id]): True,
        reverse("comparable_result_withdraw", args=[result.public_id]): True,
    }


def test_staff_of_any_model_and_seat_holders_read_and_keepers_write() -> None:
    keeper, holder, reviewer, seated, gone = (make_user() for _ in range(5))
    model = make_model(manager=keeper, holder=holder)
    services.grant_right(actor=None, user=reviewer, right="review_application", model=model)
    make_board(("chair", seated))
    make_model(manager=gone)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    pages = pages_of(make_comparable(verifier=make_keeper()))
    for url, takes_keeper in pages.items():
        assert Client().get(url).status_code == 302, url
        for stranger in (make_user(), make_user(is_staff=True), make_user(is_superuser=True)):
            assert signed_in(stranger).get(url).status_code == 404, url
            assert signed_in(stranger).post(url).status_code in (404, 405), url
        for reader in (holder, reviewer, seated):
            assert signed_in(reader).get(url).status_code == (403 if takes_keeper else 200), url
        assert signed_in(keeper).get(url).status_code == 200, url
        assert signed_in(gone).get(url).status_code in (302, 404), url


def test_what_is_not_there_is_404() -> None:
    client = signed_in(make_keeper())
    for name in ("comparable_detail", "comparable_edit", "comparable_verify",
                 "comparable_result_add", "comparable_result_correct",
                 "comparable_result_withdraw", "comparable_verification_record"):  # fmt: skip
        assert client.get(reverse(name, args=[uuid4()])).status_code == 404, name


# The list


def shown(client: Client, query: str = "") -> list[str]:
    """Return the names of the models on a page of the list."""
    found = re.findall(
        r'<th scope="row"><a href="[^"]+">([^<]+)</a>', text(client.get(LIST + query))
    )
    return [str(each) for each in found]


def test_an_empty_register_says_what_will_stand_there() -> None:
    assert "No models yet" in text(signed_in(make_keeper()).get(LIST))


def test_the_list_is_filtered_searched_and_paged() -> None:
    keeper = make_keeper()
    for number in range(27):
        make_comparable(keeper, results=0, name=f"Gale {number:02}")
    make_comparable(keeper, results=0, developer="Austral", name="Squall", level="closed")
    client = signed_in(keeper)
    first = shown(client)
    assert first[:2] == ["Squall", "Gale 00"]
    assert len(first) == 25
    [following] = re.findall(r'rel="next" href="([^"]+)"', text(client.get(LIST)))
    assert shown(client, following) == ["Gale 24", "Gale 25", "Gale 26"]
    assert shown(client, "?level=closed") == ["Squall"]
    assert shown(client, "?q=austral") == ["Squall"]
    assert shown(client, "?q=gale+1") == [f"Gale {number}" for number in range(10, 20)]
    assert "No model fits" in text(client.get(f"{LIST}?q=nothing"))
    for query in ("?level=open", "?q=%00", "?after=x", "?after=99999999999999999999", "?after=0"):
        assert client.get(LIST + query).status_code == 200


def test_the_list_and_a_model_take_few_queries_however_much_there_is(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    keeper, verifier = make_keeper(), make_keeper()
    made = [make_comparable(keeper, results=3, verifier=verifier) for _ in range(5)]
    services.withdraw_result(
        actor=keeper, result=stands(made[0]).results[0], reason="Of another model."
    )
    verify(made[0], verifier)
    client = signed_in(keeper)
    client.get(LIST)
    with django_assert_max_num_queries(MOST_QUERIES):
        client.get(LIST)
    with django_assert_max_num_queries(MOST_QUERIES):
        client.get(made[0].get_absolute_url())


# A model


def test_a_model_shows_its_results_its_verifier_and_its_history() -> None:
    keeper, verifier = make_keeper(), make_keeper()
    comparable = make_comparable(keeper, results=2, verifier=verifier, level="weights_gated")
    [first, _second] = stands(comparable).results
    services.correct_result(
        actor=keeper,
        result=first,
        entry=result_entry(task="task_0", value="0.123"),
        reason="A digit was wrong.",
    )
    page = text(signed_in(keeper).get(comparable.get_absolute_url()))
    for words in (
        "Weights, vetted recipients", "Weights inspected by us", "0.123", "0.013",
        "https://example.org/report", str(keeper), str(verifier), "A digit was wrong.",
        "Changed since verified", "Ran the same harness on the weights.", "of what was stated then",
        "somebody else has to verify it",
    ):  # fmt: skip
        assert words in page, words
    page = text(signed_in(verifier).get(comparable.get_absolute_url()))
    assert reverse("comparable_verify", args=[comparable.public_id]) in page


def test_what_is_entered_cannot_run_in_a_page() -> None:
    comparable = make_comparable(name="<script>alert(1)</script>", licence="<b>x</b>")
    page = text(signed_in(make_keeper()).get(comparable.get_absolute_url()))
    assert "<script>alert(1)" not in page
    assert "<b>x" not in page


# Entering, correcting, verifying


def test_a_model_and_its_result_are_entered_corrected_and_verified() -> None:
    keeper, verifier = make_keeper(), make_keeper()
    client = signed_in(keeper)
    response = client.post(reverse("comparable_add"), reference_fields(name="Gale"))
    comparable = Comparable.objects.get()
    assert response.headers["Location"] == comparable.get_absolute_url()
    add = reverse("comparable_result_add", args=[comparable.public_id])
    assert client.post(add, result_fields()).status_code == 302
    assert client.post(add, result_fields()).status_code == 409
    edit = reverse("comparable_edit", args=[comparable.public_id])
    assert "https://example.org/weights" in text(client.get(edit))
    read = {"statement": statement_id(comparable), "reason": "Relicensed."}
    changed = {**reference_fields(name="Gale", licence="MIT"), **read}
    assert client.post(edit, changed).status_code == 302
    late = client.post(edit, {**changed, "level": "closed"})
    assert late.status_code == 409
    assert "Somebody corrected this after you opened the page" in text(late)
    assert f'name="statement" value="{statement_id(comparable)}"' in text(late)
    [result] = stands(comparable).results
    correct = reverse("comparable_result_correct", args=[result.public_id])
    assert 'value="0.71"' in text(client.get(correct))
    assert client.post(correct, {**result_fields(value="0.5"), "reason": "x"}).status_code == 302
    assert client.post(correct, {**result_fields(value="0.6"), "reason": "x"}).status_code == 404
    url = reverse("comparable_verify", args=[comparable.public_id])
    assert client.get(url).status_code == 409
    other = signed_in(verifier)
    digest = re.findall(r'name="content_digest" value="([0-9a-f]{64})"', text(other.get(url)))
    sent = {"note": "Read it.", "content_digest": digest}
    assert "Say how you verified it." in text(other.post(url, {**sent, "note": ""}))
    stale = other.post(url, {**sent, "content_digest": "0" * 64})
    assert stale.status_code == 409
    assert digest[0] in text(stale)
    assert other.post(url, sent).status_code == 302
    assert stands(comparable).standing.is_live
    assert stands(comparable).statement.licence == "MIT"
    record = reverse(
        "comparable_verification_record", args=[comparable.verifications.get().public_id]
    )
    assert other.get(record).json()["reference"]["name"] == "Gale"


def test_a_result_is_withdrawn_with_a_reason() -> None:
    keeper = make_keeper()
    comparable = make_comparable(keeper)
    [result] = stands(comparable).results
    url = reverse("comparable_result_withdraw", args=[result.public_id])
    client = signed_in(keeper)
    assert "Give a reason" in text(client.post(url, {}))
    assert client.post(url, {"reason": "Of another model."}).status_code == 302
    assert stands(comparable).results == []
    assert "Of another model." in text(client.get(comparable.get_absolute_url()))


def test_bad_input_is_told_at_the_field_and_kept() -> None:
    keeper = make_keeper()
    comparable = make_comparable(keeper)
    client = signed_in(keeper)
    for url, fields, change, words in (
        ("comparable_add", reference_fields(), {"links": "nowhere"}, "begins with https://"),
        ("comparable_add", reference_fields(), {"level": "wide"}, "Select a valid choice"),
        ("comparable_add", reference_fields(), {"name": "a\u202eb"}, "cannot be seen"),
        ("comparable_result_add", result_fields(), {"value": "NaN"}, "a number such as"),
        ("comparable_result_add", result_fields(), {"measured_on": "2999-01-01"}, "to come"),
    ):
        args = [comparable.public_id] if url != "comparable_add" else []
        response = client.post(reverse(url, args=args), {**fields, **change})
        assert response.status_code == 200
        assert words in text(response), words
        assert "There is a problem" in text(response)
    assert Comparable.objects.count() == 1


# Import and export


def upload(client: Client, content: bytes) -> Any:
    file = SimpleUploadedFile("models.csv", content, content_type="text/csv")
    return client.post(reverse("comparable_import"), {"file": file})


def carried(page: str) -> dict[str, str]:
    """Return what the preview's form sends back."""
    return dict(re.findall(r'name="(content|plan)" value="([^"]+)"', page))


def test_a_file_is_previewed_and_then_imported() -> None:
    client = signed_in(make_keeper())
    page = text(upload(client, table(row(), row(task="mmlu"))))
    assert "What the file would change" in page
    assert not Comparable.objects.exists()
    url = reverse("comparable_import")
    assert client.post(url, carried(page)).status_code == 302
    assert len(stands(Comparable.objects.get()).results) == 2
    again = text(upload(client, table(row(), row(task="mmlu"))))
    assert "there is nothing to import" in again


def test_a_preview_that_is_out_of_date_is_shown_again() -> None:
    keeper = make_keeper()
    client = signed_in(keeper)
    first = text(upload(client, table(row())))
    services.import_comparables(actor=keeper, content=table(row(value="0.9")))
    response = client.post(reverse("comparable_import"), carried(first))
    assert response.status_code == 409
    assert "changed since you saw this preview" in text(response)
    assert client.post(reverse("comparable_import"), carried(text(response))).status_code == 302
    [result] = stands(Comparable.objects.get()).results
    assert register.result_entry_of(result) == result_entry()


def test_a_file_that_is_wrong_is_told_line_by_line() -> None:
    client = signed_in(make_keeper())
    rows: Iterable[dict[str, str]] = (row(task=f"t{n}", value="x") for n in range(60))
    page = text(upload(client, table(*rows)))
    assert "Nothing was imported" in page
    assert "Line 2: value" in page
    assert "10 more lines are wrong." in page
    assert "Choose a CSV file." in text(client.post(reverse("comparable_import"), {}))
    assert "must be exactly" in text(upload(client, b""))
    assert "larger than the 1 MB" in text(upload(client, b"x" * 1_100_000))
    for content in ("%%%", ""):
        told = client.post(reverse("comparable_import"), {"content": content, "plan": "x"})
        assert "did not arrive" in text(told)
    assert not Comparable.objects.exists()


def test_the_register_is_exported_with_the_columns_of_an_import() -> None:
    make_comparable(results=2, visibility_note="=1+1")
    client = signed_in(make_keeper())
    response = client.get(reverse("comparable_export"))
    content = b"".join(response.streaming_content)  # type: ignore[attr-defined] # it is a stream
    assert b"'=1+1" in content
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "there is nothing to import" in text(upload(client, content))
