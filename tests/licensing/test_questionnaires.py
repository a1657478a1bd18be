"""A model's own questions: composed, published in versions, met by drafts, answered."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from audit.models import Event
from common.errors import Refused
from licensing import gated_yaml, own_questions, selectors, services
from licensing.models import Application, Questionnaire
from licensing.own_questions import OwnQuestion, OwnQuestions
from licensing.selectors import asked
from releases.choices import Right
from tests.factories import make_user
from tests.licensing.factories import (
    answers,
    give_right,
    make_application,
    make_draft,
    make_in_review,
    make_model,
    make_release,
    make_reviewer,
)

pytestmark = pytest.mark.django_db

TEAM = OwnQuestion("own_team", "Who is in your team?", "text")
SITE = OwnQuestion("own_site", "Where?", "select", options=(("de", "Germany"), ("ke", "Kenya")))
DAY = OwnQuestion("own_day", "Since when?", "day", required=False)


@pytest.fixture
def model() -> Any:
    model = make_model()
    make_release(model, "gated")
    return model


@pytest.fixture
def manager(model: Any) -> Any:
    user = make_user()
    give_right(user, Right.MANAGE_RELEASE, model)
    return user


def compose(manager: Any, model: Any, *questions: OwnQuestion, **words: Any) -> Questionnaire:
    own = OwnQuestions(questions=questions, **words)
    services.change_questions(actor=manager, model=model, change=lambda _former: own)
    return services.publish_questions(actor=manager, model=model)


def browser(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(name: str, model: Any, *rest: str) -> str:
    return reverse(name, args=[model.namespace, model.name, *rest])


def test_nobody_is_asked_a_draft(model: Any, manager: Any) -> None:
    services.change_questions(
        actor=manager, model=model, change=lambda own: own_questions.with_question(own, TEAM)
    )
    assert "model" not in [each.key for each in asked.sections_now(make_draft(model))]
    version = services.publish_questions(actor=manager, model=model)
    assert version.number == 1
    assert "model" in [each.key for each in asked.sections_now(make_draft(model))]
    assert Event.objects.filter(action="questions.published").count() == 1
    with pytest.raises(Refused, match="Nothing differs"):
        services.publish_questions(actor=manager, model=model)


def test_only_who_manages_the_model_composes(model: Any) -> None:
    other = make_model()
    stranger = make_reviewer(model)
    give_right(stranger, Right.MANAGE_RELEASE, other)
    for act in (services.discard_questions, services.publish_questions):
        with pytest.raises(Refused, match="no right"):
            act(actor=stranger, model=model)
    with pytest.raises(Refused, match="no right"):
        services.change_questions(actor=stranger, model=model, change=lambda own: own)


def test_what_is_not_answered_is_not_sent_and_what_is_answered_is_sealed(
    model: Any, manager: Any
) -> None:
    compose(manager, model, TEAM, SITE, DAY)
    draft = make_draft(model, own_site="de")
    with pytest.raises(Refused, match="Questions about this model"):
        services.submit_application(actor=draft.applicant, application=draft)
    services.save_draft(actor=draft.applicant, application=draft, answers={"own_team": "Ada"})
    sent = services.submit_application(actor=draft.applicant, application=draft)
    submission = sent.submissions.get()
    assert "own_team" not in submission.answers
    assert selectors.answers_of(submission)["own_team"] == "Ada"


def test_a_submission_keeps_the_version_that_it_answers(model: Any, manager: Any) -> None:
    first = compose(manager, model, TEAM)
    application = make_application(model, own_team="Ada and Charles")
    compose(manager, model, SITE)
    assert application.submissions.get().questionnaire == first
    reviewer = make_in_review(application).reviewer
    page = browser(reviewer).get(reverse("review_detail", args=[application.public_id]))
    body = page.content.decode()
    assert "Who is in your team?" in body
    assert "Ada and Charles" in body


def test_a_draft_meets_a_new_version_keeps_its_answers_and_says_what_is_new(
    model: Any, manager: Any
) -> None:
    compose(manager, model, TEAM, DAY)
    draft = make_draft(model, own_team="Ada")
    client = browser(draft.applicant)
    edit = reverse("application_edit", args=[draft.public_id])
    assert "changed" not in client.get(edit).content.decode()
    reworded = OwnQuestion("own_team", "Who works on it?", "text")
    compose(manager, model, reworded, SITE)
    body = client.get(edit).content.decode()
    assert "The questions about this model changed" in body
    assert "New: Where?" in body.replace("\n", " ")
    assert "Changed: Who works on it?" in body
    assert "No longer asked: Since when?" in body
    section = reverse("application_section", args=[draft.public_id, "model"])
    assert "Ada" in client.get(section).content.decode()
    client.post(section, {"own_team": "Ada", "own_site": "ke"})
    assert "changed" not in client.get(edit).content.decode()
    sent = services.submit_application(actor=draft.applicant, application=draft)
    assert sent.questionnaire is not None
    assert sent.questionnaire.number == 2


def test_an_answer_to_a_question_that_comes_back_is_still_there(model: Any, manager: Any) -> None:
    compose(manager, model, TEAM)
    draft = make_draft(model, own_team="Ada")
    compose(manager, model, SITE)
    services.save_draft(actor=draft.applicant, application=draft, answers={"own_site": "de"})
    compose(manager, model, SITE, TEAM)
    draft.refresh_from_db()
    assert selectors.answers_of(draft)["own_team"] == "Ada"


def test_erasure_takes_the_answers_to_own_questions_too(model: Any, manager: Any) -> None:
    from accounts import services as accounts

    compose(manager, model, TEAM, SITE)
    application = make_application(model, own_team="Ada", own_site="de")
    applicant = application.applicant
    accounts.erase_person(actor=applicant, user=applicant, reason="Asked for it.")
    application = Application.objects.get(pk=application.pk)
    found = selectors.answers_of(application)
    assert found["own_team"] == found["own_site"] == "(erased)"
    page = browser(make_reviewer(model)).get(reverse("review_detail", args=[application.public_id]))
    assert page.status_code == 200


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE licensing_questionnaire SET number = 9",
        "DELETE FROM licensing_questionnaire",
    ],
)
def test_published_questions_are_kept_by_the_database(
    model: Any, manager: Any, statement: str
) -> None:
    compose(manager, model, TEAM)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_manager_composes_moves_tries_and_publishes_on_the_pages(
    model: Any, manager: Any
) -> None:
    client = browser(manager)
    home = address("questions_detail", model)
    assert "No questions of its own yet" in client.get(home).content.decode()
    add = address("question_add", model)
    options = "de = Germany\nKenya"
    given = {"label": "Where?", "kind": "select", "options": options, "required": "on"}
    assert client.post(add, {"label": "Who?", "kind": "line", "help": "All."}).status_code == 302
    assert client.post(add, given).status_code == 302
    own = asked.drafted(model)
    assert [each.key for each in own.questions] == ["own_who", "own_where"]
    assert own.questions[1].options == (("de", "Germany"), ("Kenya", "Kenya"))
    assert not own.questions[0].required
    client.post(address("question_move", model, "own_where"), {"to": "up"})
    assert [each.key for each in asked.drafted(model).questions] == ["own_where", "own_who"]
    edit = address("question_edit", model, "own_where")
    assert "de = Germany" in client.get(edit).content.decode()
    client.post(edit, {**given, "label": "In which country?"})
    assert asked.drafted(model).questions[0].key == "own_where"
    words = {"heading": "Your team", "prompt": "Read **this**.", "button": "Send it"}
    client.post(address("questions_words", model), words)
    body = client.get(address("questions_preview", model)).content.decode()
    assert "<strong>this</strong>" in body
    assert "In which country?" in body
    assert "Publish" in client.get(home).content.decode()
    client.get(address("questions_publish", model))
    client.post(address("questions_publish", model))
    assert Questionnaire.objects.get(model=model).number == 1
    client.post(address("question_remove", model, "own_who"))
    assert "No longer asked: Who?" in client.get(home).content.decode()
    client.post(address("questions_discard", model))
    assert asked.drafted(model) == asked.own_of(asked.questionnaire_of(model))
    draft = make_draft(model, own_where="de", own_who="We")
    check = browser(draft.applicant).get(reverse("application_check", args=[draft.public_id]))
    assert "Send it" in check.content.decode()


BAD_QUESTIONS = [
    ({"label": "", "kind": "line"}, "required"),
    ({"label": "Who?", "kind": "colour"}, "colour"),
    ({"label": "Who?", "kind": "select", "options": "one"}, "between 2 and"),
    ({"label": "Who?", "kind": "select", "options": "a\na"}, "twice"),
    ({"label": "Who\u202e?", "kind": "line"}, "cannot be seen"),
    ({"label": "x" * 400, "kind": "line"}, "at most 300"),
    ({"label": "There already", "kind": "line"}, "read the same"),
]


@pytest.mark.parametrize(("given", "words"), BAD_QUESTIONS)
def test_a_question_that_cannot_be_asked_is_refused_with_the_input_kept(
    model: Any, manager: Any, given: dict[str, str], words: str
) -> None:
    client = browser(manager)
    client.post(address("question_add", model), {"label": "There already", "kind": "line"})
    response = client.post(address("question_add", model), given)
    assert response.status_code == 200
    assert words in response.content.decode()
    assert len(asked.drafted(model).questions) == 1


def test_a_card_is_imported_with_line_numbers_and_exported_again(model: Any, manager: Any) -> None:
    client = browser(manager)
    place = address("questions_import", model)
    client.get(place)
    body = client.post(place, {"text": "extra_gated_fields:\n  A: number"}).content.decode()
    assert "line 2: extra_gated_fields.A: its type must be one of" in body
    card = "---\nlicense: other\nextra_gated_fields:\n  Company: text\n---\n# Owl"
    done = client.post(place, {"text": card}, follow=True).content.decode()
    assert "Left aside: license." in done
    exported = client.get(address("questions_export", model))
    assert exported["X-Content-Type-Options"] == "nosniff"
    assert exported["Content-Disposition"].startswith("attachment")
    assert gated_yaml.read(exported.content.decode()).own == asked.drafted(model)


@pytest.mark.parametrize("query", ["?version=9", "?version=x", "?version=" + "9" * 40])
def test_a_version_that_is_not_there_is_not_found(model: Any, manager: Any, query: str) -> None:
    client = browser(manager)
    for name in ("questions_export", "questions_preview"):
        assert client.get(address(name, model) + query).status_code == 404
    assert client.get(address("question_edit", model, "own_none")).status_code == 404


def test_own_questions_take_every_kind_of_answer_on_the_page(model: Any, manager: Any) -> None:
    kinds = ("line", "text", "tick", "country", "day", "place")
    questions = [OwnQuestion(f"own_{kind}", f"A {kind}?", kind) for kind in kinds]
    compose(manager, model, *questions, SITE)
    draft = make_draft(model)
    client = browser(draft.applicant)
    section = reverse("application_section", args=[draft.public_id, "model"])
    given = {
        "own_line": "x",
        "own_text": "y",
        "own_tick": "on",
        "own_country": "DE",
        "own_day": "1999-12-31",
        "own_site": "ke",
    }
    assert client.post(section, {**given, "own_day": "never"}).status_code == 200
    assert client.post(section, given).status_code == 302
    kept = selectors.answers_of(Application.objects.get(pk=draft.pk))
    assert {key: kept[key] for key in given} == {**given, "own_tick": True}
    assert "own_place" not in kept
    assert set(answers()) < set(kept)
