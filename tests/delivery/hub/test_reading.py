"""The Hub's API for whoever may download: shapes, revisions, pages and few questions."""

import hashlib
from datetime import timedelta

import pytest
from django.db.models import QuerySet
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from audit.models import Event
from delivery.actions import Action
from releases.models import Artifact, Model, Release
from releases.store import path_of
from tests.delivery.hub.asking import HERON, Asker, commit, told
from tests.licensing.factories import make_model, make_release
from tests.releases.factories import make_hold
from tests.seeded import demo_release, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

INFO = f"api/models/{HERON}"


@pytest.fixture
def deployer(demo: None, db: None) -> Asker:
    return Asker("deployer")


def add_files(*paths: str, release: str = "heron v1.0") -> None:
    Artifact.objects.bulk_create(
        Artifact(
            release=demo_release(release),
            path=path,
            size=3,
            sha256=hashlib.sha256(path.encode()).hexdigest(),
            format="other",
        )
        for path in paths
    )


# Who one is


def test_whoami_names_the_person_their_organisation_and_the_token(deployer: Asker) -> None:
    body = deployer.get("api/whoami-v2").json()
    assert body["name"] == "deployer@demo.example"
    assert [org["fullname"] for org in body["orgs"]] == ["Northwind Robotics GmbH"]
    assert body["auth"]["accessToken"]["displayName"].startswith("token ")


def test_a_token_name_that_no_section_can_have_is_made_one(demo: None) -> None:
    asker = Asker()
    from tests.factories import make_token

    _token, secret = make_token(person("deployer"), name="my [laptop] ü")
    asker.headers = {"Authorization": f"Bearer {secret}"}
    body = asker.get("api/whoami-v2").json()
    assert body["auth"]["accessToken"]["displayName"] == "my -laptop- -"


def test_the_question_for_harnesses_has_a_cacheable_answer() -> None:
    response = Asker().get("api/agent-harnesses")
    assert response.json() == {"standardEnvVars": [], "harnesses": {}}
    assert "max-age" in response["Cache-Control"]


# A model


def test_a_model_is_described_at_the_commit_of_its_release(deployer: Asker) -> None:
    body = deployer.get(INFO).json()
    assert (body["id"], body["sha"], body["gated"]) == (HERON, commit(), "manual")
    assert (body["private"], body["disabled"]) == (False, False)
    paths = set(Artifact.objects.filter(release=demo_release("heron v1.0")).values_list("path"))
    assert {(each["rfilename"],) for each in body["siblings"]} == paths
    assert "size" not in body["siblings"][0]
    assert "xetHash" not in str(body)
    assert body["lastModified"].endswith("Z")


def test_with_blobs_each_file_has_its_size_and_hash(deployer: Asker) -> None:
    for sibling in deployer.get(f"{INFO}?blobs=True").json()["siblings"]:
        artifact = Artifact.objects.get(
            release=demo_release("heron v1.0"), path=sibling["rfilename"]
        )
        assert sibling["size"] == sibling["lfs"]["size"] == artifact.size
        assert sibling["lfs"]["sha256"] == artifact.sha256
        assert len(sibling["blobId"]) == 40
        assert sibling["lfs"]["pointerSize"] > 100


def with_card(front_matter: bytes) -> "QuerySet[Artifact]":
    """Let the card of the release begin so; return its row."""
    card = b"---\n%s\n---\n# Heron\n" % front_matter
    sha256 = hashlib.sha256(card).hexdigest()
    path_of(sha256).parent.mkdir(exist_ok=True)
    path_of(sha256).write_bytes(card)
    row = Artifact.objects.filter(release=demo_release("heron v1.0"), path="README.md")
    row.update(sha256=sha256, size=len(card))
    return row


def test_the_front_matter_of_the_card_is_its_data(deployer: Asker) -> None:
    card = with_card(b"license: other\nlanguage: [en]")
    assert deployer.get(INFO).json()["cardData"] == {"license": "other", "language": ["en"]}
    card.update(sha256="0" * 64)
    assert "cardData" not in deployer.get(INFO).json()


def test_front_matter_that_yaml_stumbles_over_is_left_out(deployer: Asker) -> None:
    with_card(b"a: !!bool foo")
    response = deployer.get(INFO)
    assert response.status_code == 200
    assert "cardData" not in response.json()


def test_the_front_matter_of_a_damaged_card_is_left_out(deployer: Asker) -> None:
    with_card(b"license: other").update(damage="The store has lost it.")
    assert "cardData" not in deployer.get(INFO).json()


@pytest.mark.parametrize(("kind", "is_shown"), [("all", False), ("admissions", True)])
@pytest.mark.parametrize("whole_model", [True, False])
def test_while_nothing_may_leave_front_matter_does_not_either(
    deployer: Asker, kind: str, is_shown: bool, whole_model: bool
) -> None:
    with_card(b"license: other")
    release = demo_release("heron v1.0")
    make_hold(release.model, None if whole_model else release, kind=kind)
    for asker in (deployer, Asker("applicant"), Asker()):
        body = asker.get(f"{INFO}/revision/v1.0").json()
        assert ("cardData" in body) == is_shown
        assert "siblings" in body


def test_a_very_long_list_of_files_is_left_to_the_tree(
    deployer: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("delivery.hub.views.models.MOST_SIBLINGS", 2)
    body = deployer.get(INFO).json()
    assert "siblings" not in body
    assert body["sha"] == commit()


@pytest.mark.parametrize("form", ["main", "v1.0", "refs%2Fheads%2Fmain", "refs%2Ftags%2Fv1.0"])
def test_a_release_is_found_by_main_and_by_its_version(deployer: Asker, form: str) -> None:
    assert deployer.get(f"{INFO}/revision/{form}").json()["sha"] == commit()
    assert deployer.get(f"{INFO}/tree/{form}").status_code == 200
    assert deployer.head(f"{HERON}/resolve/{form}/config.json")["X-Repo-Commit"] == commit()


def test_a_release_is_found_by_its_commit_and_its_digest(deployer: Asker) -> None:
    digest = demo_release("heron v1.0").digest
    for form in (commit(), digest):
        assert deployer.get(f"{INFO}/revision/{form}").json()["sha"] == commit()
        assert deployer.head(f"{HERON}/resolve/{form}/config.json").status_code == 200


@pytest.mark.parametrize(
    "form", ["v9", "HEAD", "refs%2Fpr%2F1", "0" * 40, "f" * 64, "%00", "v1.1x"]
)
def test_any_other_revision_is_not_found(deployer: Asker, form: str) -> None:
    for path in (f"{INFO}/revision/{form}", f"{INFO}/tree/{form}", f"{INFO}/commits/{form}"):
        assert told(deployer.get(path)) == (404, "RevisionNotFound")
    assert deployer.get(f"{HERON}/resolve/{form}/config.json").status_code == 404


def test_main_is_the_newest_release_that_one_may_download(deployer: Asker) -> None:
    # v1.1 is newer, and at a stage where no weights leave.
    assert deployer.get(INFO).json()["sha"] == commit("heron v1.0")
    assert Asker("applicant").get(INFO).json()["sha"] == commit("heron v1.1")


# Files


def test_a_head_of_a_file_has_all_that_a_client_needs(deployer: Asker) -> None:
    artifact = Artifact.objects.get(release=demo_release("heron v1.0"), path="config.json")
    response = deployer.head(f"{HERON}/resolve/main/config.json")
    assert response.status_code == 200
    assert response["X-Repo-Commit"] == commit()
    assert response["ETag"] == f'"{artifact.sha256}"'
    assert response["Content-Length"] == str(artifact.size)
    assert not [name for name in response.headers if "xet" in name.lower()]
    assert "Location" not in response
    assert not Event.objects.filter(action=Action.DOWNLOAD_AUTHORISED).exists()


def test_a_get_sends_the_file_or_a_range_and_leaves_one_event_each(deployer: Asker) -> None:
    artifact = Artifact.objects.get(release=demo_release("heron v1.0"), path="config.json")
    content = path_of(artifact.sha256).read_bytes()
    whole = deployer.get(f"{HERON}/resolve/{commit()}/config.json")
    assert (whole.status_code, whole.getvalue()) == (200, content)
    part = deployer.get(f"{HERON}/resolve/{commit()}/config.json", Range="bytes=5-")
    assert (part.status_code, part.getvalue()) == (206, content[5:])
    assert part["X-Repo-Commit"] == commit()
    past = deployer.get(f"{HERON}/resolve/{commit()}/config.json", Range="bytes=999999-")
    assert past.status_code == 416
    assert Event.objects.filter(action=Action.DOWNLOAD_AUTHORISED).count() == 2


@pytest.mark.parametrize(
    "path",
    [
        "a%0Ab",
        "%0A",
        "missing.json",
        "..%2fconfig.json",
        "config.json%00",
        "a/b/c",
        "config.json/",
        "%ff",
    ],
)
@pytest.mark.parametrize("revision", ["main", "v1.0"])
def test_a_file_that_is_not_there_is_remembered_for_its_commit(
    deployer: Asker, path: str, revision: str
) -> None:
    response = deployer.head(f"{HERON}/resolve/{revision}/{path}")
    assert told(response) == (404, "EntryNotFound")
    assert response["X-Repo-Commit"] == commit()


def test_nothing_is_compressed_or_set_as_a_cookie(deployer: Asker) -> None:
    for path in (INFO, f"{INFO}/tree/main", f"{HERON}/resolve/main/config.json", "api/nothing"):
        response = deployer.get(path, **{"Accept-Encoding": "gzip, deflate"})
        assert "Content-Encoding" not in response
        assert not response.cookies
        assert "Cookie" not in response.get("Vary", "")
        if response.streaming:
            response.getvalue()


@pytest.mark.parametrize(
    "path", ["", "%0A", "a%0Ab", "oauth/nothing", "%0Ax/y/resolve/v1.0/z", "x//y"]
)
def test_every_other_address_is_answered_in_the_hubs_words(deployer: Asker, path: str) -> None:
    response = deployer.get(path)
    assert response.status_code == 404
    assert response.json()["error"]
    assert response["X-Error-Message"]
    assert not response.cookies


# Trees


def test_a_tree_shows_files_of_lfs_and_directories(deployer: Asker) -> None:
    add_files("a/b/c.bin", "a/b.txt", "a b/ü #1%.txt")
    entries = {each["path"]: each for each in deployer.get(f"{INFO}/tree/main").json()}
    assert entries["a"]["type"] == entries["a b"]["type"] == "directory"
    assert len(entries["a"]["oid"]) == 40
    assert "a/b.txt" not in entries
    artifact = Artifact.objects.get(release=demo_release("heron v1.0"), path="config.json")
    shown = entries["config.json"]
    assert shown["lfs"]["oid"] == artifact.sha256
    assert shown["size"] == shown["lfs"]["size"] == artifact.size
    assert set(shown) == {"type", "path", "size", "oid", "lfs"}


def test_a_recursive_tree_has_everything_once(deployer: Asker) -> None:
    add_files("a/b/c.bin", "a/b.txt", "a/b/d/e.bin", "a-b/x", "a.b/y")
    entries = deployer.get(f"{INFO}/tree/{commit()}?recursive=true&expand=false").json()
    directories = [each["path"] for each in entries if each["type"] == "directory"]
    assert sorted(directories) == ["a", "a-b", "a.b", "a/b", "a/b/d"]
    files = {each["path"] for each in entries if each["type"] == "file"}
    assert files == set(
        Artifact.objects.filter(release=demo_release("heron v1.0")).values_list("path", flat=True)
    )


def test_a_directory_is_listed_by_itself(deployer: Asker) -> None:
    add_files("a/b/c.bin", "a/b.txt", "ab/x", "a%/y")
    paths = [each["path"] for each in deployer.get(f"{INFO}/tree/main/a").json()]
    assert paths == ["a/b", "a/b.txt"]
    below = [each["path"] for each in deployer.get(f"{INFO}/tree/main/a?recursive=1").json()]
    assert below == ["a/b.txt", "a/b", "a/b/c.bin"]
    assert [each["path"] for each in deployer.get(f"{INFO}/tree/main/a%25").json()] == ["a%/y"]


@pytest.mark.parametrize("path", ["nowhere", "config.json", "a%00", "a%0Ab", "..", "%25"])
def test_a_directory_that_is_not_there_is_not_found(deployer: Asker, path: str) -> None:
    assert told(deployer.get(f"{INFO}/tree/main/{path}")) == (404, "EntryNotFound")


@pytest.mark.parametrize("query", ["recursive=true&", ""])
def test_pages_lead_on_by_full_addresses_until_all_is_seen(deployer: Asker, query: str) -> None:
    add_files(*(f"d{number}/e/f{number}.bin" for number in range(5)), "d0/z", "Z", "é")
    whole = deployer.get(f"{INFO}/tree/v1.0?{query}").json()
    seen, address, pages = [], f"{INFO}/tree/v1.0?{query}limit=3", 0
    while address:
        response = deployer.get(address)
        seen += response.json()
        link = response.get("Link", "")
        assert not link or link.startswith("<http://localhost/hf/api/models/demo/heron/tree/v1.0?")
        address = link.partition(">")[0].removeprefix("<http://localhost/hf/")
        pages += 1
    assert seen == whole
    assert pages > 3


@pytest.mark.parametrize("limit", ["0", "-1", "x", "²", "1.5"])
def test_a_limit_that_is_no_number_is_refused_with_a_sentence(deployer: Asker, limit: str) -> None:
    response = deployer.get(f"{INFO}/tree/main?limit={limit}")
    assert response.status_code == 400
    assert "whole number" in response.json()["error"]


def test_an_expanded_tree_names_the_release_as_last_commit(deployer: Asker) -> None:
    entry = deployer.get(f"{INFO}/tree/main?expand=true").json()[0]
    assert (entry["lastCommit"]["id"], entry["lastCommit"]["title"]) == (commit(), "v1.0")


def test_paths_are_described_where_they_are_something(deployer: Asker) -> None:
    add_files("a/b/c.bin")
    data = {
        "paths": ["config.json", "a", "a/b", "nowhere", "a/b/c.bin", "", "\x00"],
        "expand": "False",
    }
    found = deployer.post(f"{INFO}/paths-info/main", data).json()
    assert [(each["path"], each["type"]) for each in found] == [
        ("config.json", "file"),
        ("a", "directory"),
        ("a/b", "directory"),
        ("a/b/c.bin", "file"),
    ]


def test_too_many_paths_are_refused_with_a_sentence(deployer: Asker) -> None:
    for count, sentence in (
        (51, "More than 50 of these paths are not files"),
        (901, "Ask for 900 paths at once at most."),
        (999, "Ask for 900 paths at once at most."),
        (3000, "too large or malformed"),
    ):
        data = {"paths": [f"nowhere-{number}" for number in range(count)], "expand": "True"}
        response = deployer.post(f"{INFO}/paths-info/main", data)
        assert response.status_code == 400
        assert sentence in response.json()["error"]


# References, commits and lists


def test_references_are_main_and_a_tag_for_each_release_one_may_see(deployer: Asker) -> None:
    body = deployer.get(f"{INFO}/refs?include_prs=1").json()
    assert [(each["name"], each["targetCommit"]) for each in body["branches"]] == [
        ("main", commit())
    ]
    assert [each["name"] for each in body["tags"]] == ["v1.1", "v1.0"]
    assert body["converts"] == body["pullRequests"] == []


def test_commits_are_the_release_and_those_before_it(deployer: Asker) -> None:
    titles = [each["title"] for each in deployer.get(f"{INFO}/commits/v1.1").json()]
    assert titles == ["v1.1", "v1.0"]
    assert [each["id"] for each in deployer.get(f"{INFO}/commits/main").json()] == [commit()]


def test_auth_check_says_yes_to_reading_and_no_to_writing(deployer: Asker) -> None:
    assert deployer.get(f"{INFO}/auth-check").status_code == 200
    assert deployer.get(f"{INFO}/auth-check/write").status_code == 403


def test_the_list_holds_what_one_may_see(deployer: Asker) -> None:
    assert [each["id"] for each in deployer.get("api/models").json()] == [HERON]
    # The lead is on the staff of the internal one as well.
    assert [each["id"] for each in Asker("lead").get("api/models").json()] == [
        "demo/kestrel",
        HERON,
    ]
    assert [each["id"] for each in Asker().get("api/models").json()] == [HERON]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("author=demo", [HERON]),
        ("author=other", []),
        ("search=HER", [HERON]),
        ("search=demo her", [HERON]),
        ("search=kestrel", []),
        ("gated=true", [HERON]),
        ("gated=False", []),
        ("search=%00", []),
        ("cursor=none", [HERON]),
        ("sort=downloads&full=True&limit=5", [HERON]),
    ],
)
def test_the_list_is_narrowed(query: str, found: list[str]) -> None:
    assert [each["id"] for each in Asker().get(f"api/models?{query}").json()] == found


def test_narrowing_that_is_not_offered_is_refused(demo: None) -> None:
    response = Asker().get("api/models?filter=text-generation")
    assert response.status_code == 400
    assert "author, search and gated" in response.json()["error"]


def test_the_list_has_pages(demo: None) -> None:
    model = make_model()
    for _ in range(3):
        make_release(make_model())
    make_release(model, "internal")
    seen, address = [], "api/models?limit=2"
    while address:
        response = Asker().get(address)
        seen += [each["id"] for each in response.json()]
        address = response.get("Link", "").partition(">")[0].removeprefix("<http://localhost/hf/")
    assert len(seen) == len(set(seen)) == 4
    assert str(model) not in seen


# How much is asked of the database


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("api/whoami-v2", 3),
        ("api/models", 7),
        (INFO, 7),
        (f"{INFO}/refs", 6),
        (f"{INFO}/tree/main?recursive=true", 7),
        (f"{INFO}/tree/main", 8),
        (f"{HERON}/resolve/v1.0/config.json", 6),
        (f"{HERON}/resolve/main/config.json", 7),
        (f"{HERON}/resolve/v1.0/missing.json", 8),
    ],
)
def test_answers_ask_few_questions_however_much_there_is(
    deployer: Asker,
    path: str,
    most: int,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    heron = Model.objects.get(name="heron")
    add_files(*(f"a{number}/b/c" for number in range(20)))
    for number in range(10):
        Release.objects.create(
            model=heron,
            version=f"v0.{number}",
            state="sealed",
            stage=demo_release("heron v1.0").stage,
            staged_at=timezone.now() - timedelta(days=1),
            digest=hashlib.sha256(str(number).encode()).hexdigest(),
            source="/nowhere",
        )
    ask = deployer.head if "resolve" in path else deployer.get
    with django_assert_max_num_queries(most):
        ask(path)
