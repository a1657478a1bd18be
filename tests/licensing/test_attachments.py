"""Files of applications: inspected, sealed, handed to few, swept when nothing names them."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import services as accounts
from audit.models import Event
from common import document_store
from common.documents import DocumentProblem
from common.errors import Refused
from licensing import selectors, services
from licensing.models import Application, Attachment
from licensing.selectors.files import files_of
from releases.choices import Right
from tests.factories import make_user
from tests.licensing.factories import (
    give_right,
    make_draft,
    make_in_review,
    make_model,
    make_release,
    make_reviewer,
)

pytestmark = pytest.mark.django_db

LETTER = b"Dear reviewers, we vouch for Ada."
PDF = b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
SCRIPTED = PDF.replace(b"<< >>", b"<< /OpenAction << /S /JavaScript >> >>")


@pytest.fixture(autouse=True)
def store(settings: Any, tmp_path: Any) -> Any:
    settings.DOCUMENTS_STORAGE = tmp_path / "documents"
    return settings.DOCUMENTS_STORAGE


@pytest.fixture
def model() -> Any:
    model = make_model()
    make_release(model, "gated")
    return model


def attach(draft: Application, content: bytes = LETTER, name: str = "letter.txt") -> Attachment:
    return services.attach_file(
        actor=draft.applicant,
        application=draft,
        question="documents",
        file=io.BytesIO(content),
        name=name,
    )


def browser(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def fetch(user: Any, attachment: Attachment) -> Any:
    return browser(user).get(reverse("attachment", args=[attachment.public_id]))


def send(draft: Application) -> Application:
    return services.submit_application(actor=draft.applicant, application=draft)


def test_a_file_is_kept_sealed_and_its_name_with_it(model: Any, store: Any) -> None:
    draft = make_draft(model)
    attachment = attach(draft)
    stored = [path.read_bytes() for path in store.rglob("*") if path.is_file()]
    assert stored
    assert not any(LETTER in content for content in stored)
    assert b"letter" not in bytes(attachment.sealed)
    found = files_of(draft, selectors.answers_of(Application.objects.get(pk=draft.pk)))
    assert [file.name for file in found.values()] == ["letter.txt"]


def test_it_is_handed_out_as_it_came_to_be_saved(model: Any) -> None:
    draft = make_draft(model)
    response = fetch(draft.applicant, attach(draft, name="../../letter of Ada.txt"))
    assert response.content == LETTER
    assert response["Content-Disposition"] == 'attachment; filename="letter of Ada.txt"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Cache-Control"] == "private, no-store"


def test_reviewers_have_it_once_it_was_sent_and_nobody_else_ever(model: Any) -> None:
    draft = make_draft(model)
    attachment = attach(draft)
    reviewer, elsewhere = make_reviewer(model), make_reviewer(make_model())
    lead = make_user()
    give_right(lead, Right.MANAGE_RELEASE, model)
    superuser = make_user(is_superuser=True)
    assert fetch(reviewer, attachment).status_code == 404
    send(draft)
    assert fetch(reviewer, attachment).content == LETTER
    for stranger in (elsewhere, lead, superuser, make_user()):
        assert fetch(stranger, attachment).status_code == 404
    address = reverse("attachment", args=[attachment.public_id])
    assert Client().get(address).status_code == 302


def test_the_submission_and_its_event_say_which_files_were_sent(model: Any) -> None:
    draft = make_draft(model)
    kept, dropped = attach(draft), attach(draft, b"Another letter.")
    services.save_draft(
        actor=draft.applicant, application=draft, answers={"documents": [str(kept.public_id)]}
    )
    submission = send(draft).submissions.get()
    assert list(submission.attachments.all()) == [kept]
    event = Event.objects.get(action="application.submitted")
    assert event.data["files"] == [kept.sha256]
    assert dropped.sha256 not in event.data["files"]


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "empty.txt", "is empty"),
        (SCRIPTED, "plan.pdf", "a script"),
        (b"<svg onload='x'>", "x.png", "can run scripts"),
        (b"\x7fELF\x02\x01\x01\x00\xff", "plan.pdf", "none of what is taken"),
        (b"x" * 1_000_001, "long.txt", "larger than"),
    ],
)
def test_what_is_not_taken_is_said_with_its_name(
    model: Any, settings: Any, content: bytes, name: str, words: str
) -> None:
    settings.ATTACHMENT_MOST_BYTES = 1_000_000
    draft = make_draft(model)
    with pytest.raises(Refused, match=words) as refused:
        attach(draft, content, name)
    assert refused.value.sentence.startswith(name)
    assert not Attachment.objects.exists()
    assert not isinstance(refused.value, DocumentProblem)


def test_a_question_takes_five_files_and_only_questions_for_files_take_any(model: Any) -> None:
    draft = make_draft(model)
    for number in range(5):
        attach(draft, b"letter %d" % number)
    with pytest.raises(Refused, match="at most 5 files"):
        attach(draft)
    for question in ("purpose", "own_nothing", "legal_name"):
        with pytest.raises(Refused, match="no file there"):
            services.attach_file(
                actor=draft.applicant,
                application=draft,
                question=question,
                file=io.BytesIO(LETTER),
                name="a.txt",
            )


def test_nobody_attaches_to_another_s_application_or_to_one_that_was_sent(model: Any) -> None:
    draft = make_draft(model)
    with pytest.raises(Refused, match="Only the applicant"):
        services.attach_file(
            actor=make_user(),
            application=draft,
            question="documents",
            file=io.BytesIO(LETTER),
            name="a.txt",
        )
    send(draft)
    with pytest.raises(Refused, match="answers are fixed"):
        attach(draft)


def test_another_s_file_cannot_be_named_as_one_s_own(model: Any) -> None:
    theirs = attach(make_draft(model))
    draft = make_draft(model)
    services.save_draft(
        actor=draft.applicant, application=draft, answers={"documents": [str(theirs.public_id)]}
    )
    with pytest.raises(Refused, match="not there any more"):
        send(draft)
    assert (
        browser(draft.applicant)
        .get(reverse("application_check", args=[draft.public_id]))
        .content.count(str(theirs.public_id).encode())
        == 0
    )


def test_erasing_the_applicant_leaves_nothing_readable(model: Any) -> None:
    draft = make_draft(model)
    attachment = attach(draft)
    application = make_in_review(send(draft))
    reviewer, user = application.reviewer, draft.applicant
    accounts.erase_person(actor=user, user=user, reason="Asked for it.")
    assert fetch(reviewer, attachment).status_code == 404
    page = browser(reviewer).get(reverse("review_detail", args=[draft.public_id]))
    assert "letter.txt" not in page.content.decode()
    assert "(erased)" in page.content.decode()


IN_A_WEEK = timedelta(days=7, minutes=1)


def test_what_no_answer_names_goes_after_a_week_and_the_rest_stays(model: Any) -> None:
    draft, sent = make_draft(model), make_draft(model)
    named, dropped, submitted = attach(draft), attach(draft, b"Old."), attach(sent)
    send(sent)
    services.save_draft(
        actor=draft.applicant, application=draft, answers={"documents": [str(named.public_id)]}
    )
    assert services.sweep_attachments() == 0
    assert services.sweep_attachments(timezone.now() + IN_A_WEEK) == 1
    assert set(Attachment.objects.all()) == {named, submitted}
    with pytest.raises(document_store.DocumentStoreError):
        document_store.fetch(dropped.sha256)
    document_store.fetch(named.sha256).close()


def test_the_files_of_a_draft_that_ended_unsent_go_too(model: Any) -> None:
    draft = make_draft(model)
    attach(draft)
    assert services.sweep_attachments(timezone.now() + IN_A_WEEK) == 0
    services.withdraw_application(actor=draft.applicant, application=draft)
    assert services.sweep_attachments(timezone.now() + IN_A_WEEK) == 1


def test_the_database_keeps_what_was_sent(model: Any) -> None:
    draft = make_draft(model)
    attach(draft)
    send(draft)
    for statement in (
        "UPDATE licensing_attachment SET size = 1",
        "DELETE FROM licensing_attachment; SET CONSTRAINTS ALL IMMEDIATE",
        "DELETE FROM licensing_submission_attachments",
    ):
        with pytest.raises((DatabaseError, IntegrityError)), transaction.atomic():
            connection.cursor().execute(statement)


# The page


def test_files_are_attached_shown_and_taken_off_on_the_page(model: Any) -> None:
    draft = make_draft(model)
    client = browser(draft.applicant)
    section = reverse("application_section", args=[draft.public_id, "documents"])
    body = client.get(section).content.decode()
    assert 'enctype="multipart/form-data"' in body
    assert "hx-post" not in body
    files = [SimpleUploadedFile("a.txt", LETTER), SimpleUploadedFile("b.pdf", PDF)]
    assert client.post(section, {"documents": files}).status_code == 302
    body = client.get(section).content.decode()
    assert "a.txt" in body
    assert "b.pdf" in body
    first, second = Attachment.objects.all()
    client.post(section, {"documents_remove": [str(first.public_id)]})
    draft.refresh_from_db()
    assert draft.answers["documents"] == [str(second.public_id)]
    check = client.get(reverse("application_check", args=[draft.public_id])).content.decode()
    assert "b.pdf" in check
    send(draft)
    reviewer = make_reviewer(model)
    review = browser(reviewer).get(reverse("review_detail", args=[draft.public_id]))
    assert reverse("attachment", args=[second.public_id]) in review.content.decode()


def test_what_arrived_is_kept_when_another_file_is_refused(model: Any) -> None:
    draft = make_draft(model)
    client = browser(draft.applicant)
    section = reverse("application_section", args=[draft.public_id, "documents"])
    files = [SimpleUploadedFile("a.txt", LETTER), SimpleUploadedFile("bad.pdf", SCRIPTED)]
    body = client.post(section, {"documents": files}).content.decode()
    assert "There is a problem" in body
    assert "bad.pdf is a PDF with a script" in body
    assert "a.txt" in body
    draft.refresh_from_db()
    assert len(draft.answers["documents"]) == 1
