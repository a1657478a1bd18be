"""The Hub's API for whoever may not: classes, sentences and warnings, as clients read them."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts import services as accounts
from audit.models import Event
from delivery.actions import Action
from licensing import services as licensing
from licensing.models import Application, Grant
from releases import services as releases
from releases.models import Artifact, Release
from tests.delivery.hub.asking import HERON, Asker, commit, told
from tests.factories import make_token
from tests.licensing.factories import approve, decline, make_application, make_in_review, put_at
from tests.seeded import demo_release, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

INFO = f"api/models/{HERON}"
FILE = f"{HERON}/resolve/main/config.json"
OLD_FILE = f"{HERON}/resolve/v1.0/config.json"
GATED = [f"{INFO}/tree/main", f"{INFO}/auth-check", FILE, OLD_FILE, f"{HERON}/resolve/v1.0/none"]
ABOUT_HERON = [INFO, f"{INFO}/refs", f"{INFO}/commits/main", *GATED]


def grant() -> Grant:
    return Grant.objects.get(organization__name__startswith="Northwind")


def revoke() -> None:
    licensing.revoke_grant(actor=person("reviewer"), grant=grant(), reason="The terms\nwere broken")


def check_line(text: str) -> None:
    assert text.isascii()
    assert "\n" not in text


# Gated: visible, and not for this person


@pytest.mark.parametrize("path", GATED)
def test_who_has_no_grant_reads_what_is_missing_and_where_to_go(path: str) -> None:
    response = Asker("applicant").head(path)
    assert told(response) == (403, "GatedRepo")
    message = response["X-Error-Message"]
    check_line(message)
    assert "You have no grant for this model." in message
    assert "Apply for access. http://localhost/licensing/applications/new/?model=" in message
    assert response["X-HF-Warning"] == f"access; {message}"
    assert response["X-Request-Id"]


def test_the_body_says_the_same_with_every_denial(demo: None) -> None:
    body = Asker("applicant").get(OLD_FILE).json()
    assert body["error"].startswith("demo/heron v1.0: You cannot download this release yet.")
    assert {"grant", "terms", "person_tier"} <= {each["rule"] for each in body["denials"]}


@pytest.mark.parametrize("path", GATED)
def test_a_visitor_is_told_to_sign_in_and_to_make_a_token(path: str) -> None:
    response = Asker().get(path)
    assert told(response) == (401, "GatedRepo")
    assert response["WWW-Authenticate"] == "Bearer"
    assert "You are not signed in." in response["X-Error-Message"]
    assert "HF_TOKEN: http://localhost/account/tokens/" in response["X-HF-Warning"]


@pytest.mark.parametrize("name", ["", "applicant"])
def test_a_gated_model_itself_stays_readable(name: str) -> None:
    asker = Asker(name or None)
    for path in (INFO, f"{INFO}/revision/v1.0", f"{INFO}/refs", f"{INFO}/commits/main"):
        assert told(asker.get(path)) == (200, "")
    assert asker.get(f"{INFO}/revision/v1.0").json()["gated"] == "manual"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("tomas.novak", "Your application is with the reviewers."),
        ("grace.mbeki", "Your application is with the reviewers."),
        ("ivan.petrov", "Your application came back to you with questions."),
        ("mina.park", "Your application is not sent yet."),
        ("sara.nilsson", "You are not named on your organisation's grant."),
        ("hugo.silva", "You have no grant for this model."),
    ],
)
def test_everybody_reads_where_they_stand(name: str, sentence: str) -> None:
    response = Asker(name).get(OLD_FILE)
    assert told(response) == (403, "GatedRepo")
    assert sentence in response["X-HF-Warning"]


@pytest.mark.parametrize("method", ["head", "get"])
def test_a_token_whose_maker_showed_no_second_factor_is_told_what_to_do(method: str) -> None:
    """huggingface_hub asks HEAD first, shows the header's warning and raises for the code."""
    release = demo_release("heron v1.0")
    assert release.stage is not None
    put_at(release, release.stage.slug, second_factor=timedelta(hours=12))
    response = getattr(Asker("deployer"), method)(OLD_FILE)
    assert told(response) == (403, "GatedRepo")
    message = response["X-Error-Message"]
    check_line(message)
    assert response["X-HF-Warning"] == f"access; {message}"
    assert (
        "a second factor shown within 12 hours, and this token was not made after one." in message
    )
    assert (
        "Show your second factor in the browser, then make a new token or sign in again. "
        "http://localhost/account/second-factor/?next=" in message
    )


def test_who_was_declined_may_read_so(demo: None) -> None:
    application = Application.objects.get(applicant=person("tomas.novak"))
    decline(make_in_review(application, person("reviewer2")))
    page = f"http://localhost/licensing/applications/{application.public_id}/"
    for path in GATED:
        response = Asker("tomas.novak").get(path)
        assert told(response) == (403, "GatedRepo")
        warning = response["X-HF-Warning"]
        assert "Your application was declined. " in warning
        assert f"Read the reason on its page; you may apply again from there. {page}" in warning
        # The reason itself may be personal; it stays on the page.
        assert "No plan." not in warning


def test_a_token_without_the_right_is_told_to_make_another() -> None:
    response = Asker("deployer", "api").head(OLD_FILE)
    assert told(response) == (403, "GatedRepo")
    assert response["X-Error-Message"] == (
        "demo/heron v1.0: You cannot download this release yet. The token does not carry the "
        'right "weights". Make a token with this right. http://localhost/account/tokens/'
    )


def test_a_stage_that_lets_no_weights_out_says_so() -> None:
    response = Asker("deployer").get(f"{HERON}/resolve/v1.1/config.json")
    assert told(response) == (403, "GatedRepo")
    assert "no weights leave the portal" in response["X-Error-Message"]


def test_a_hold_says_so_at_once() -> None:
    deployer = Asker("deployer")
    assert deployer.head(OLD_FILE).status_code == 200
    release = demo_release("heron v1.0")
    releases.place_hold(
        actor=person("lead2"), model=release.model, release=release, kind="all", reason="A leak."
    )
    response = deployer.get(OLD_FILE)
    assert told(response) == (403, "GatedRepo")
    assert "A hold is in force" in response["X-HF-Warning"]
    # No release is left that may be downloaded: main is the newest that may be seen.
    assert "demo/heron v1.1" in deployer.get(FILE)["X-Error-Message"]


def test_no_refusal_leaves_an_event() -> None:
    for asker in (Asker(), Asker("applicant"), Asker("deployer", "api")):
        for path in ABOUT_HERON:
            asker.get(path)
    assert not Event.objects.filter(action=Action.DOWNLOAD_AUTHORISED).exists()


# Access that has ended


@pytest.mark.parametrize("path", ABOUT_HERON)
def test_who_was_revoked_is_told_so_by_every_answer(path: str) -> None:
    deployer = Asker("deployer")
    assert "X-HF-Warning" not in deployer.head(path)
    revoke()
    warning = deployer.get(path)["X-HF-Warning"]
    check_line(warning)
    day = f"{timezone.now():%Y-%m-%d}"
    assert f"Your access to demo/heron ended on {day}. Delete local copies" in warning
    assert "http://localhost/models/demo/heron/" in warning


def test_the_refusal_of_who_was_revoked_gives_the_reason_in_one_line() -> None:
    revoke()
    response = Asker("deployer").head(OLD_FILE)
    assert told(response) == (403, "GatedRepo")
    assert "Your grant was revoked: The terms were broken" in response["X-Error-Message"]
    assert response["X-HF-Warning"].startswith("access; Your access to demo/heron ended")
    # Another topic: a client shows each once.
    assert Asker("deployer").get(INFO)["X-HF-Warning"].startswith("access-ended; ")


def test_a_missing_file_and_a_wrong_revision_tell_it_as_well() -> None:
    revoke()
    response = Asker("deployer").get(f"{INFO}/revision/v9")
    assert told(response) == (404, "RevisionNotFound")
    assert "ended on" in response["X-HF-Warning"]


def test_a_grant_past_its_end_tells_it_though_no_job_ran() -> None:
    Grant.objects.update(ends_at=timezone.now() - timedelta(days=2))
    day = f"{timezone.now() - timedelta(days=2):%Y-%m-%d}"
    assert f"ended on {day}" in Asker("deployer").get(INFO)["X-HF-Warning"]


def test_who_is_no_longer_named_is_told_so() -> None:
    colleague = person("sara.nilsson")
    deployer = person("deployer")
    licensing.add_named_user(actor=deployer, grant=grant(), user=colleague)
    assert "X-HF-Warning" not in Asker(colleague).get(INFO)
    licensing.end_named_user(actor=deployer, grant=grant(), user=colleague)
    assert "ended on" in Asker(colleague).get(INFO)["X-HF-Warning"]


def test_who_has_access_again_is_told_nothing_of_the_end_before() -> None:
    revoke()
    holder = person("deployer")
    application = make_application(demo_release("heron v1.0").model, holder)
    approve(make_in_review(application, person("reviewer2")), tier=2)
    assert "X-HF-Warning" not in Asker(holder).get(INFO)


def test_who_only_called_the_hosted_model_has_no_copies_to_delete() -> None:
    Grant.objects.update(modes=["api"], public_modes=[])
    revoke()
    assert "X-HF-Warning" not in Asker("deployer").get(INFO)


# Withdrawn


def test_a_withdrawn_release_is_disabled_for_who_had_it() -> None:
    Release.objects.filter(pk=demo_release("heron v1.0").pk).update(state="withdrawn")
    deployer = Asker("deployer")
    for path in (f"{INFO}/tree/v1.0", OLD_FILE, f"{HERON}/resolve/{commit()}/config.json"):
        response = deployer.get(path)
        assert told(response) == (403, "")
        assert response["X-Error-Message"] == "Access to this resource is disabled."
        assert "The release was withdrawn." in response["X-HF-Warning"]
    assert deployer.get(f"{INFO}/revision/v1.0").json()["disabled"] is True
    # Main is the newest that is not withdrawn.
    assert deployer.get(INFO).json()["sha"] == commit("heron v1.1")
    # Who never had a grant does not learn of it.
    assert told(Asker("applicant").get(OLD_FILE)) == (404, "RevisionNotFound")


def test_where_everything_is_withdrawn_main_is_too() -> None:
    Release.objects.filter(model__name="heron").update(state="withdrawn")
    assert Asker("deployer").get(INFO).json()["disabled"] is True
    assert Asker("deployer").head(FILE).status_code == 403
    assert told(Asker("applicant").get(INFO)) == (404, "RepoNotFound")


# Hidden


HIDDEN = [
    *(f"api/models/demo/kestrel{rest}" for rest in ("", "/revision/v0.9", "/tree/main", "/refs")),
    *(f"api/models/demo/kestrel{rest}" for rest in ("/commits/v0.9", "/auth-check")),
    "demo/kestrel/resolve/main/config.json",
    "demo/kestrel/resolve/v0.9/config.json",
]
UNKNOWN = [
    *(path.replace("kestrel", "nothing") for path in HIDDEN),
    *("api/models/gpt2", "api/models/%00/x", "gpt2/resolve/main/config.json", "api/spaces/a/b"),
]


@pytest.mark.parametrize("path", [*HIDDEN, *UNKNOWN])
def test_what_one_may_not_know_of_looks_like_what_does_not_exist(path: str) -> None:
    for method in ("get", "head"):
        assert told(getattr(Asker("deployer"), method)(path)) == (404, "RepoNotFound")
        assert told(getattr(Asker(), method)(path)) == (401, "RepoNotFound")


def test_hidden_and_unknown_differ_in_nothing() -> None:
    ask = Asker("deployer").get
    for path in HIDDEN:
        hidden, unknown = ask(path), ask(path.replace("kestrel", "nothing"))
        names = set(hidden.headers) - {"X-Request-Id"}
        assert names == set(unknown.headers) - {"X-Request-Id"}
        assert all(hidden[name] == unknown[name] for name in names)
        assert hidden.content == unknown.content


def test_a_hidden_release_of_a_known_model_is_an_unknown_revision() -> None:
    hidden = demo_release("heron v1.1")
    stage = hidden.model.ladder.stages.get(slug="internal")
    Release.objects.filter(pk=hidden.pk).update(stage=stage)
    for path in (f"{INFO}/revision/v1.1", f"{HERON}/resolve/v1.1/config.json"):
        assert told(Asker("deployer").get(path)) == (404, "RevisionNotFound")
    by_commit = Asker("deployer").get(f"{HERON}/resolve/{commit('heron v1.1')}/config.json")
    assert told(by_commit) == (404, "RevisionNotFound")
    assert "v1.1" not in by_commit.content.decode()
    tags = Asker("deployer").get(f"{INFO}/refs").json()["tags"]
    assert [each["name"] for each in tags] == ["v1.0"]


def test_staff_see_an_internal_release_and_get_no_files_of_it() -> None:
    lead = Asker("lead")
    assert lead.get("api/models/demo/kestrel").json()["private"] is True
    assert told(lead.head("demo/kestrel/resolve/main/config.json")) == (403, "GatedRepo")


# Tokens


@pytest.mark.parametrize(
    "value", ["Bearer slu_nonsense", "Bearer ", "Basic ZGVtbzpkZW1v", "Bearer hf_abc", "Bearer ü"]
)
@pytest.mark.parametrize("path", ["api/whoami-v2", INFO, FILE, "api/models", "api/models/a/b"])
def test_a_wrong_token_gets_the_text_that_clients_know(value: str, path: str) -> None:
    response = Client().get(f"/hf/{path}", headers={"Authorization": value})
    assert told(response) == (401, "")
    assert response["X-Error-Message"] == "Invalid credentials in Authorization header"
    assert response.json()["error"] == "Invalid credentials in Authorization header"
    assert "unknown, expired or revoked" in response["X-HF-Warning"]


def test_a_revoked_token_is_a_wrong_one() -> None:
    token, secret = make_token(person("deployer"))
    headers = {"Authorization": f"Bearer {secret}"}
    assert Client().head(f"/hf/{FILE}", headers=headers).status_code == 200
    accounts.revoke_token(actor=person("deployer"), token=token)
    assert Client().head(f"/hf/{FILE}", headers=headers).status_code == 401


def test_a_token_from_a_foreign_network_is_told_so() -> None:
    token, secret = make_token(person("deployer"))
    type(token).objects.filter(pk=token.pk).update(networks=["192.0.2.0/24"])
    response = Client().get(f"/hf/{FILE}", headers={"Authorization": f"Bearer {secret}"})
    assert told(response) == (401, "")
    assert "may not be used from the network" in response["X-HF-Warning"]


def test_a_session_counts_for_nothing_here(client: Client) -> None:
    client.force_login(person("deployer"))
    assert told(client.get("/hf/api/whoami-v2")) == (401, "")
    assert told(client.get(f"/hf/{FILE}")) == (401, "GatedRepo")
    assert not client.get(f"/hf/{INFO}").cookies


# Everything else


def test_a_file_that_cannot_be_read_says_so_where_clients_look() -> None:
    release = demo_release("heron v1.0")
    Artifact.objects.filter(release=release, path="config.json").update(sha256="0" * 64)
    response = Asker("deployer").get(FILE)
    assert response.status_code == 503
    assert response["Retry-After"]
    assert response["X-Error-Message"] == response.json()["error"]
    assert "cannot be read" in response["X-Error-Message"]


def test_datasets_are_not_found() -> None:
    for path in ("api/datasets", "api/datasets/demo/heron"):
        assert told(Asker("deployer").get(path)) == (404, "RepoNotFound")


@pytest.mark.parametrize("path", ["api/", "nothing", "accounts/login/", f"{INFO}/", "api/models/"])
def test_no_address_redirects_or_answers_with_a_page(path: str) -> None:
    response = Asker("deployer").get(path)
    assert response.status_code == 404
    assert response["Content-Type"] == "application/json"
    assert response.json()["error"] == response["X-Error-Message"]


@pytest.mark.parametrize("path", ["api/repos/create", f"{HERON}.git/info/lfs/objects/batch"])
def test_uploads_are_refused_with_a_sentence(path: str) -> None:
    response = Asker("deployer").send(path, {"name": "x"})
    assert response.status_code == 403
    assert "Nothing is uploaded" in response["X-Error-Message"]


def test_other_methods_are_told_which_ones_there_are() -> None:
    response = Asker("deployer").send(FILE, {})
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")
    assert Client(enforce_csrf_checks=True).post(f"/hf/{INFO}/paths-info/main").status_code == 401
