"""Access requests: the Hub's words for what reviewers do, with the portal's own guards."""

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from accounts.services import erase_person
from audit.models import Event
from licensing import services as licensing
from licensing.application_form import scope_asked
from licensing.models import Application, Grant
from licensing.selectors import answers_of
from licensing.volume import Volume
from tests.delivery.hub.asking import HERON, Asker, told
from tests.factories import make_clearance, make_organization, make_user
from tests.licensing.factories import approve, make_application, tick_all
from tests.seeded import demo_release, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

REQUESTS = f"api/models/{HERON}/user-access-request"


@pytest.fixture
def reviewer(demo: None, db: None) -> Asker:
    return Asker("reviewer", "review")


def listed(asker: Asker, status: str) -> list[str]:
    response = asker.get(f"{REQUESTS}/{status}")
    assert response.status_code == 200
    return [each["user"]["user"] for each in response.json()]


def handle(asker: Asker, user: str, status: str, **more: Any) -> Any:
    return asker.send(f"{REQUESTS}/handle", {"user": user, "status": status, **more})


def application_of(name: str) -> Application:
    return Application.objects.filter(applicant=person(name)).latest("pk")


TOMAS, GRACE = "tomas.novak@demo.example", "grace.mbeki@demo.example"
# Before a second reviewer, and before one who did not decide.
LENA, OMAR = "lena.koch@demo.example", "omar.diallo@demo.example"
# Before the board.
NOOR = "noor.haidari@demo.example"


# Lists


def test_what_waits_is_pending_and_what_was_decided_is_not(reviewer: Asker) -> None:
    assert sorted(listed(reviewer, "pending")) == [GRACE, LENA, NOOR, OMAR, TOMAS]
    assert listed(reviewer, "accepted") == ["deployer@demo.example"]
    assert listed(reviewer, "rejected") == ["sara.nilsson@demo.example"]


def test_a_request_has_what_clients_read(reviewer: Asker) -> None:
    (accepted,) = reviewer.get(f"{REQUESTS}/accepted").json()
    application = application_of("deployer")
    assert accepted["requestId"] == str(application.public_id)
    assert accepted["user"]["fullname"] == person("deployer").full_name
    assert (accepted["status"], accepted["timestamp"][-1]) == ("accepted", "Z")
    assert accepted["fields"]["Organisation"] == "Northwind Robotics GmbH"
    assert accepted["fields"]["Application"].startswith("http://localhost/licensing/reviews/")


def test_personal_answers_are_left_to_the_portal(reviewer: Asker) -> None:
    text = reviewer.get(f"{REQUESTS}/pending").content.decode()
    assert "passport" not in text
    assert "legal name" not in text


def test_a_revoked_grant_is_accepted_no_more(reviewer: Asker) -> None:
    licensing.revoke_grant(
        actor=person("reviewer"), grant=Grant.objects.get(), reason="Terms broken."
    )
    assert listed(reviewer, "accepted") == []


def test_an_erased_person_is_listed_without_their_address(reviewer: Asker) -> None:
    erase_person(actor=None, user=person("sara.nilsson"), reason="They asked for it.")
    (erased,) = reviewer.get(f"{REQUESTS}/rejected").json()
    assert erased["user"]["email"] is None
    assert "erased" in erased["user"]["fullname"]
    assert "sara" not in str(erased).lower()


def test_lists_have_pages_and_few_questions(
    reviewer: Asker, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(4):
        make_application(demo_release("heron v1.0").model)
    seen, address = [], f"{REQUESTS}/pending?limit=2"
    while address:
        response = reviewer.get(address)
        seen += [each["requestId"] for each in response.json()]
        address = response.get("Link", "").partition(">")[0].removeprefix("<http://localhost/hf/")
    assert len(seen) == len(set(seen)) == 9
    with django_assert_max_num_queries(5):
        reviewer.get(f"{REQUESTS}/pending")


# Acts


def test_accepting_grants_what_was_asked_for_until_the_day_asked_for(reviewer: Asker) -> None:
    make_clearance(user=person("tomas.novak"), tier=2)
    refused = handle(reviewer, TOMAS, "accepted")
    assert refused.status_code == 409
    assert "Tick the checklist" in refused.json()["error"]
    looked_through("tomas.novak")
    response = handle(reviewer, TOMAS, "accepted")
    assert (response.status_code, response.json()["status"]) == (200, "accepted")
    assert "X-HF-Warning" not in response
    application = application_of("tomas.novak")
    grant = Grant.objects.get(application=application)
    assert (application.state, application.reviewer) == ("approved", person("reviewer"))
    assert grant.modes == sorted(application.answers["modes"])
    assert grant.scope["uses"] == application.answers["uses"]
    assert grant.ends_at.date().isoformat() > application.answers["end_date"]
    assert [each.user for each in grant.named_users.all()] == [person("tomas.novak")]
    assert "tomas.novak@demo.example" in listed(reviewer, "accepted")
    actions = Event.objects.order_by("-id").values_list("action", flat=True)[:8]
    assert {"application.claimed", "application.approved", "grant.created"} <= set(actions)


def test_accepting_again_keeps_the_quota(reviewer: Asker) -> None:
    volume = Volume(1_500_000_000, 7)
    former = approved("tomas.novak", person("reviewer2"))
    licensing.set_volume(
        actor=person("reviewer2"), grant=former, volume=volume, reason="As agreed."
    )
    make_application(former.model, person("tomas.novak"))
    looked_through("tomas.novak")
    assert handle(reviewer, TOMAS, "accepted").status_code == 200
    grant = Grant.objects.exclude(pk=former.pk).get(person=person("tomas.novak"))
    assert (grant.volume, grant.volume_set_by) == (volume, person("reviewer2"))


def approved(name: str, reviewer: User) -> Grant:
    """Have a reviewer approve somebody's application on the portal's pages."""
    application = licensing.claim_application(actor=reviewer, application=application_of(name))
    return approve(application, modes=["weights"], scope=scope_asked(answers_of(application)))


def looked_through(name: str) -> None:
    """Tick the checklist of somebody's application in the portal, as its reviewer."""
    sent = application_of(name)
    application = licensing.claim_application(actor=person("reviewer"), application=sent)
    tick_all(application)


def test_accepting_who_is_not_vetted_says_so(reviewer: Asker) -> None:
    looked_through("grace.mbeki")
    response = handle(reviewer, GRACE, "accepted")
    assert response.status_code == 200
    assert "of no use yet" in response["X-HF-Warning"]
    assert "tier 2" in response["X-HF-Warning"]


def test_rejecting_tells_the_applicant_the_reason(reviewer: Asker) -> None:
    request_id = str(application_of("grace.mbeki").public_id)
    response = reviewer.send(
        f"{REQUESTS}/handle",
        {"requestId": request_id, "status": "rejected", "rejectionReason": "No plan."},
    )
    assert response.status_code == 200
    application = application_of("grace.mbeki")
    assert (application.state, application.message) == ("declined", "No plan.")


def test_rejecting_without_a_reason_is_malformed_and_changes_nothing(reviewer: Asker) -> None:
    response = handle(reviewer, TOMAS, "rejected", rejectionReason="  ")
    assert response.status_code == 400
    assert "the applicant reads" in response["X-Error-Message"]
    assert application_of("tomas.novak").state == "submitted"


def test_cancelling_puts_back_what_one_had_taken(reviewer: Asker) -> None:
    assert application_of("grace.mbeki").state == "in_review"
    assert handle(reviewer, GRACE, "pending").status_code == 200
    assert application_of("grace.mbeki").state == "submitted"
    assert handle(reviewer, GRACE, "pending").status_code == 404


@pytest.mark.parametrize(
    ("user", "status", "answer"),
    [
        ("deployer@demo.example", "accepted", 404),
        ("deployer@demo.example", "rejected", 409),
        ("deployer@demo.example", "pending", 409),
        ("sara.nilsson@demo.example", "rejected", 404),
        ("sara.nilsson@demo.example", "accepted", 409),
        ("ivan.petrov@demo.example", "accepted", 409),
        ("hugo.silva@demo.example", "accepted", 409),
        ("mina.park@demo.example", "accepted", 404),
        ("nobody@demo.example", "accepted", 404),
        (" TOMAS.novak@demo.example ", "pending", 404),
    ],
)
def test_what_was_decided_is_not_decided_again(
    reviewer: Asker, user: str, status: str, answer: int
) -> None:
    before = list(Application.objects.order_by("pk").values_list("pk", "state"))
    response = handle(reviewer, user, status, rejectionReason="Because.")
    assert response.status_code == answer
    assert response.json()["error"]
    assert list(Application.objects.order_by("pk").values_list("pk", "state")) == before


@pytest.mark.parametrize("status", ["accepted", "rejected"])
def test_what_somebody_else_has_in_review_is_theirs(status: str) -> None:
    other = Asker("reviewer2", "review")
    response = handle(other, GRACE, status, rejectionReason="Because.")
    assert response.status_code == 409
    assert "Somebody else has this application in review." in response["X-Error-Message"]


def test_nobody_decides_on_their_own_organisation(reviewer: Asker) -> None:
    colleague = make_user()
    organization = make_organization(colleague, members=(person("reviewer"),))
    make_application(demo_release("heron v1.0").model, colleague, organization)
    response = handle(reviewer, colleague.email, "accepted")
    assert response.status_code == 409
    assert "from your own organisation" in response["X-Error-Message"]


def test_an_end_that_has_passed_is_not_granted(reviewer: Asker) -> None:
    application = application_of("tomas.novak")
    application.answers["end_date"] = "2020-01-01"
    application.save()
    response = handle(reviewer, TOMAS, "accepted")
    assert response.status_code == 409
    assert "Choose a date in the future." in response["X-Error-Message"]
    # Nor does half of it stay: it was not taken from the queue.
    assert application_of("tomas.novak").state == "submitted"


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[]",
        '"x"',
        "{}",
        '{"status": "accepted"}',
        '{"user": 7, "status": "accepted"}',
        '{"user": "a", "status": "granted"}',
        '{"user": "a\\u0000", "status": "accepted"}',
        '{"requestId": "1", "status": "accepted"}',
        '{"user": "a", "status": "rejected", "rejectionReason": 7}',
        "[" * 100_000,
    ],
)
def test_a_malformed_act_is_refused_with_a_sentence(reviewer: Asker, body: str) -> None:
    response = reviewer.send(f"{REQUESTS}/handle", body)
    assert response.status_code == 400
    assert response.json()["error"]


# Who may


@pytest.mark.parametrize("path", ["pending", "accepted", "rejected"])
def test_others_are_refused_or_do_not_know(path: str) -> None:
    assert told(Asker().get(f"{REQUESTS}/{path}")) == (401, "")
    for name in ("deployer", "applicant", "lead", "operator"):
        response = Asker(name, "review").get(f"{REQUESTS}/{path}")
        assert response.status_code == 403
        assert "no right to review" in response["X-Error-Message"]
    hidden = f"api/models/demo/kestrel/user-access-request/{path}"
    assert told(Asker("deployer", "review").get(hidden)) == (404, "RepoNotFound")


def test_a_token_without_the_right_reviews_nothing() -> None:
    asker = Asker("reviewer", "weights", "api")
    for response in (asker.get(f"{REQUESTS}/pending"), handle(asker, TOMAS, "accepted")):
        assert response.status_code == 403
        assert 'right "review"' in response["X-Error-Message"]
    assert application_of("tomas.novak").state == "submitted"


def test_no_act_of_an_outsider_changes_anything() -> None:
    for name in ("deployer", "tomas.novak", "lead"):
        assert handle(Asker(name, "review"), TOMAS, "accepted").status_code == 403
    assert application_of("tomas.novak").state == "submitted"


def test_access_without_an_application_and_settings_are_refused(reviewer: Asker) -> None:
    response = reviewer.send(f"{REQUESTS}/grant", {"user": "applicant@demo.example"})
    assert response.status_code == 403
    assert "Ask them to apply: http://localhost/models/demo/heron/" in response["X-Error-Message"]
    response = reviewer.send(f"api/models/{HERON}/settings", {"gated": "auto"}, "put")
    assert response.status_code == 403
    assert "board" in response["X-Error-Message"]
    assert not User.objects.filter(email="applicant@demo.example", named_on__isnull=False).exists()


def test_another_list_is_not_found(reviewer: Asker) -> None:
    assert reviewer.get(f"{REQUESTS}/all").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        b'{"user": "\\ud800", "status": "accepted"}',
        b'{"requestId": "\\udfff", "status": "rejected"}',
        b'{"user": "tomas.novak@demo.example", "status": "rejected", "rejectionReason": "\\ud800"}',
        b'{"user": "\xed\xa0\x80", "status": "accepted"}',
        b'{"\\ud800": 1}',
        b'{"user": ["\\ud800"]}',
        '{"user": "\ud800"}'.encode("utf-16", "surrogatepass"),
    ],
)
def test_text_that_is_no_unicode_is_refused_wherever_it_stands(
    reviewer: Asker, body: bytes
) -> None:
    response = reviewer.send(f"{REQUESTS}/handle", body)
    assert response.status_code == 400
    assert "and its texts Unicode" in response.json()["error"]
