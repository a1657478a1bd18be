"""The pages that show several rooms at once: who sees what, and how few questions they ask."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from boards.models import Motion
from boards.services import cast_vote, close_voting
from releases import services as releases
from releases.models import Ladder, Model
from tests.factories import make_user
from tests.licensing.factories import decline, make_application, make_in_review
from tests.seeded import demo_release, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

HOME = "/"
DASHBOARD = "/dashboard/"
HERON = "/models/demo/heron/"
V10 = "/models/demo/heron/v1.0/"
V11 = "/models/demo/heron/v1.1/"
KESTREL = "/models/demo/kestrel/"
V09 = "/models/demo/kestrel/v0.9/"

PEOPLE = ["", "applicant", "deployer", "reviewer", "lead", "lead2", "operator"]


def signed_in(client: Client, name: str) -> Client:
    if name:
        client.force_login(person(name))
    return client


def page(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return str(response.content.decode())


# Who sees what


@pytest.mark.parametrize("name", PEOPLE)
@pytest.mark.parametrize("path", [HOME, HERON, V10, V11])
def test_public_pages_show_to_everybody_in_few_queries(
    client: Client, name: str, path: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    signed_in(client, name)
    with django_assert_max_num_queries(15):
        assert client.get(path).status_code == 200


@pytest.mark.parametrize("name", PEOPLE[1:])
def test_every_dashboard_asks_few_questions(
    client: Client, name: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    signed_in(client, name)
    # One of them is for duties. A lead's is one more: what screening asks them to suspend.
    with django_assert_max_num_queries(17 if name.startswith("lead") else 16):
        assert client.get(DASHBOARD).status_code == 200


@pytest.mark.parametrize("path", [KESTREL, V09])
def test_an_internal_model_is_shown_to_its_staff_alone(client: Client, path: str) -> None:
    for name in ("", "applicant", "deployer", "operator"):
        client.logout()
        assert signed_in(client, name).get(path).status_code == 404
    superuser = make_user(is_superuser=True, is_staff=True)
    client.force_login(superuser)
    assert client.get(path).status_code == 404
    for name in ("reviewer", "lead", "lead2"):
        assert signed_in(client, name).get(path).status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/models/demo/nothing/", "/models/demo/heron/v9/", "/models/nobody/heron/v1.0/", "/nowhere/"],
)
def test_what_does_not_exist_is_404(client: Client, path: str) -> None:
    response = client.get(path, headers={"Accept": "text/html"})
    assert response.status_code == 404
    assert "There is nothing here for you" in response.content.decode()
    assert client.get(path, headers={"Accept": "application/json"}).json()["error"]


def test_the_home_page_lists_only_what_has_left_the_internal_stage(client: Client) -> None:
    html = page(client, HOME)
    assert "Heron" in html
    assert "Kestrel" not in html
    assert "Kestrel" in page(signed_in(client, "lead"), HOME)


def test_an_empty_instance_says_what_will_stand_here(client: Client) -> None:
    releases.place_hold(  # a hold alone hides nothing
        actor=person("lead"), model=demo_release("heron v1.0").model, release=None,
        kind="all", reason="A drill.",
    )  # fmt: skip
    assert "Heron" in page(client, HOME)
    for name in ("heron v1.0", "heron v1.1"):
        release = demo_release(name)
        stage = release.model.ladder.stages.get(slug="internal")
        releases.demote_release(
            actor=person("lead2"), release=release, to_stage=stage, reason="Start over."
        )
    assert "No public models yet" in page(client, HOME)


# The release page


def test_a_grantee_finds_the_files_and_a_command(client: Client) -> None:
    html = page(signed_in(client, "deployer"), V10)
    assert f'href="{V10}files/config.json"' in html
    assert "curl -fLO -C -" in html
    assert "You may download this release." in html


def test_an_applicant_reads_what_is_missing_and_finds_no_links_to_bytes(client: Client) -> None:
    html = page(signed_in(client, "applicant"), V10)
    assert f'href="{V10}files/' not in html
    assert "You cannot download this release yet." in html
    assert "/licensing/applications/new/?model=demo" in html
    assert "What happened" not in html


def test_who_was_declined_is_led_to_the_reason(client: Client) -> None:
    user, model = make_user(), Model.objects.get(name="heron")
    application = decline(make_in_review(make_application(model, user), person("reviewer2")))
    client.force_login(user)
    html = page(client, V10)
    assert "You cannot download this release yet. Your application was declined." in html
    assert f"/licensing/applications/{application.public_id}/" in html
    assert "See your application" in html


def test_a_visitor_is_led_to_sign_in(client: Client) -> None:
    assert "/accounts/login/" in page(client, V10)


def test_a_manager_sees_requirements_and_the_open_vote(client: Client) -> None:
    html = page(signed_in(client, "lead"), V11)
    assert "Requirements of Public API" in html
    assert "/boards/motions/" in html
    assert "Vote open, closes in" in html
    assert "What happened" in html


def test_staff_without_a_seat_get_no_link_to_a_motion_that_they_cannot_open(client: Client) -> None:
    html = page(signed_in(client, "reviewer"), V11)
    assert "Requirements of Public API" in html
    assert "/boards/motions/" not in html


def test_a_manager_may_propose_the_next_stage_of_what_is_ready(client: Client) -> None:
    assert "Propose Trusted API" in page(signed_in(client, "lead"), V09)
    assert "Propose" not in page(signed_in(client, "lead2"), V09)


def test_a_hold_is_drawn_over_the_release_for_everybody(client: Client) -> None:
    release = demo_release("heron v1.0")
    releases.place_hold(
        actor=person("lead2"), model=release.model, release=release, kind="all", reason="A leak."
    )
    for name in ("", "deployer"):
        html = page(signed_in(client, name), V10)
        assert "Nothing leaves" in html
        assert "A leak." in html
    assert "A leak." not in page(client, V11)


def test_a_cohort_is_counted_against_its_cap(client: Client) -> None:
    assert "1 of 50 organisations" in page(client, V10)


# Dashboards


def test_the_deployer_sees_the_access_and_its_next_step(client: Client) -> None:
    html = page(signed_in(client, "deployer"), DASHBOARD)
    assert "Heron v1.0" in html
    assert "Download the files" in html
    # What waits first is what the holder agreed to do.
    assert html.index("/licensing/duties/") < html.index("Download the files")


def test_the_applicant_is_told_how_to_begin(client: Client) -> None:
    html = page(signed_in(client, "applicant"), DASHBOARD)
    assert "You have no access yet" in html
    assert "Releases in your care" not in html
    assert "Applications to review" not in html


def test_a_returned_application_waits_for_its_applicant(client: Client) -> None:
    client.force_login(User.objects.get(email="ivan.petrov@demo.example"))
    html = page(client, DASHBOARD)
    assert html.index("Answer and send again") < html.index("Your applications")


def test_a_reviewer_sees_the_queue_and_what_they_took(client: Client) -> None:
    html = page(signed_in(client, "reviewer"), DASHBOARD)
    assert "Grace Mbeki for demo/heron" in html
    assert "Waiting to be taken" in html
    assert "Open the queue" in html


@pytest.mark.parametrize("name", ["lead2", "lead3"])
def test_a_lead_finds_the_vote_that_waits_first(client: Client, name: str) -> None:
    html = page(signed_in(client, name), DASHBOARD)
    assert html.index("Read and vote") < html.index("Releases in your care")
    assert "Place a hold" in html


def test_the_manager_reads_what_blocks_the_next_stage(client: Client) -> None:
    html = page(signed_in(client, "lead"), DASHBOARD)
    assert "Read and vote" not in html
    assert "Nothing blocks a proposal for Trusted API." in html
    assert "Vote open, closes in" in html


def test_the_operator_reads_first_whether_it_is_healthy(client: Client) -> None:
    html = page(signed_in(client, "operator"), DASHBOARD)
    assert "Is it healthy" in html.partition("<h2")[2].partition("</h2>")[0]
    assert "Jobs stuck" in html
    assert "Is it healthy" not in page(signed_in(client, "lead"), DASHBOARD)


def test_a_dashboard_needs_somebody(client: Client) -> None:
    response = client.get(DASHBOARD)
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")


def test_a_dashboard_stays_quick_when_there_is_much(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    board = demo_release("heron v1.0").model.board
    ladder = Ladder.objects.get()
    for number in range(5):
        model = Model.objects.create(
            namespace="many", name=f"m{number}", title=f"M {number}", board=board, ladder=ladder
        )
        releases.grant_right(
            actor=None, user=person("deployer"), right="manage_release", model=model
        )
    signed_in(client, "deployer")
    with django_assert_max_num_queries(15):
        client.get(DASHBOARD)


# Around the pages


@pytest.mark.parametrize(
    ("name", "places"),
    [
        ("", ["Models"]),
        ("applicant", ["Models", "Dashboard", "Applications", "Grants"]),
        (
            "reviewer",
            ["Models", "Dashboard", "Applications", "Grants", "Reviews", "Screening", "Countries"],
        ),
        (
            "lead",
            [
                "Models",
                "Dashboard",
                "Applications",
                "Grants",
                "Screening",
                "Boards",
                "Suspensions",
                "Bans",
                "Countries",
            ],
        ),
        (
            "operator",
            ["Models", "Dashboard", "Applications", "Grants", "Countries", "Operation", "Lists"],
        ),
    ],
)
def test_the_places_are_those_of_the_person(client: Client, name: str, places: list[str]) -> None:
    response = signed_in(client, name).get(HOME)
    assert [str(place["label"]) for place in response.context["nav_places"]] == places


def test_bells_count_what_is_unread(client: Client) -> None:
    response = signed_in(client, "deployer").get(HOME)
    assert response.context["unread_count"] == person("deployer").notifications.count()


def test_robots_are_kept_from_what_needs_an_account(client: Client) -> None:
    text = client.get("/robots.txt").content.decode()
    assert "Disallow: /account/" in text


def test_only_the_operator_looks_at_tables_and_changes_none(client: Client) -> None:
    assert signed_in(client, "lead").get("/admin/").status_code == 302
    signed_in(client, "operator")
    assert client.get("/admin/").status_code == 200
    assert client.get("/admin/accounts/user/").status_code == 200
    assert client.get("/admin/accounts/user/add/").status_code == 403


def test_a_move_that_the_board_approved_a_moment_ago_is_not_called_proposed(
    client: Client,
) -> None:
    motion = Motion.objects.get(kind="transition", state="voting")
    for name in ("lead2", "lead3"):
        cast_vote(
            actor=person(name),
            motion=motion,
            choice="approve",
            reason="Read.",
            dossier_digest=motion.dossier_digest,
        )
    close_voting(actor=person("lead"), motion=motion)
    html = page(signed_in(client, "lead"), V11)
    assert "not yet put to the vote" not in html
    assert "Approved by the board" in html
