"""Each object against everybody: who stands in no relation to it neither sees nor moves it.

The table of routes (table.py) asks with one person of each kind about one model. Here are two
models, and the people who have a right, but on the other one; a member who left; a colleague.
"""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.http import HttpResponseNotFound
from django.http.response import HttpResponseBase
from django.test import Client, override_settings
from pytest_django import DjangoDbBlocker

from audit.models import Event
from tests.factories import make_token
from tests.permissions.objects import MARK, ROLES, Objects, make_objects
from tests.permissions.test_table import LET_IN, name_of
from tests.seeded import SIGNING_KEY

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("objects")]

NOBODY: frozenset[str] = frozenset()
APPLICANT = frozenset({"applicant"})
MEMBERS = frozenset({"applicant", "colleague"})
REVIEWER = frozenset({"reviewer"})
LEAD = frozenset({"lead"})
GOVERNING = frozenset({"reviewer", "lead"})
MANAGER = frozenset({"manager"})
OPERATOR = frozenset({"operator"})
# A ban is the whole portal's, and so is the list of suspensions: whoever holds any brake reads it.
BRAKES = frozenset({"lead", "other_lead"})


@dataclass(frozen=True)
class Case:
    """One address of an object: who may read it, who may send its form. Others get a 404."""

    thing: str
    address: str
    reads: frozenset[str] = NOBODY
    sends: frozenset[str] = NOBODY
    # Who may know of it, and is told why not instead of 404.
    refused: frozenset[str] = NOBODY


def both(thing: str, address: str, who: frozenset[str]) -> Case:
    return Case(thing, address, who, who)


REVIEW = "/licensing/reviews/{sent}/"
CASES = [
    *(
        both("draft", f"/licensing/applications/{{draft}}/{rest}", APPLICANT)
        for rest in ("edit/purpose/", "check/")
    ),
    Case("draft", "/licensing/applications/{draft}/edit/", APPLICANT),
    Case("draft", "/licensing/reviews/{draft}/"),
    Case("amendment", "/licensing/applications/{amendment}/edit/", APPLICANT),
    Case("amendment", "/licensing/reviews/{amendment}/"),
    Case("application", "/licensing/applications/{sent}/", APPLICANT),
    Case("application", "/licensing/applications/{sent}/references/", APPLICANT),
    both("application", "/licensing/applications/{sent}/withdraw/", APPLICANT),
    Case("application", "/licensing/applications/{declined}/copy/", sends=APPLICANT),
    Case("application", "/licensing/applications/{changed}/changes/", REVIEWER),
    both("appeal", "/licensing/applications/{declined}/appeal/", APPLICANT),
    Case("attachment", "/licensing/attachments/{attachment}/", APPLICANT | REVIEWER),
    Case("attachment", "/licensing/attachments/{unsent_file}/", APPLICANT),
    Case("review", REVIEW, REVIEWER),
    Case("review", f"{REVIEW}references/", REVIEWER),
    Case("review", f"{REVIEW}explain/", REVIEWER),
    *(
        Case("review", f"{REVIEW}{act}/", sends=REVIEWER)
        for act in ("claim", "release", "checklist", "take-back")
    ),
    *(
        both("review", f"{REVIEW}{act}/", REVIEWER)
        for act in ("return", "approve", "decline", "refer")
    ),
    both("note", f"{REVIEW}note/", REVIEWER),
    *(
        both("appeal", f"/licensing/reviews/{{appealed}}/{act}/", REVIEWER)
        for act in ("uphold", "overturn")
    ),
    Case("reference link", "/licensing/references/{reference}/resend/", sends=APPLICANT),
    both("reference link", "/licensing/references/{reference}/replace/", APPLICANT),
    *(
        Case("question set", f"/licensing/models/{{model}}/questions/{rest}", MANAGER)
        for rest in ("", "export/", "preview/")
    ),
    *(
        both("question set", f"/licensing/models/{{model}}/questions/{rest}/", MANAGER)
        for rest in ("publish", "own_team/edit")
    ),
    *(
        Case("question set", f"/licensing/models/{{model}}/questions/{rest}/", sends=MANAGER)
        for rest in ("discard", "own_team/move", "own_team/remove")
    ),
    Case("organisation", "/account/organisations/{organization}/", MEMBERS, APPLICANT),
    *(
        both("organisation", f"/account/organisations/{{organization}}/{rest}/", APPLICANT)
        for rest in ("edit", "domain")
    ),
    both("membership", "/account/memberships/{membership}/end/", MEMBERS),
    both("membership", "/account/memberships/{membership}/role/", APPLICANT),
    Case("invitation", "/account/invitations/{invitation}/"),
    *(
        Case("invitation", f"/account/invitations/{{invitation}}/{act}/", sends=APPLICANT)
        for act in ("resend", "revoke")
    ),
    both("clearance", "/licensing/clearances/{clearance}/renew/", APPLICANT),
    Case("hit", "/licensing/screening/{hit}/", GOVERNING),
    both("hit", "/licensing/screening/{hit}/decide/", GOVERNING),
    Case("list", "/operation/lists/{snapshot}/", OPERATOR),
    both("list", "/operation/lists/new/", OPERATOR),
    both("canned text", "/licensing/reviews/texts/", BRAKES),
    Case("canned text", "/licensing/reviews/texts/{canned}/retire/", sends=BRAKES),
    both("review rule", "/licensing/models/{model}/reviews/", LEAD),
    *(
        Case("terms draft", f"/licensing/drafts/{{terms_draft}}/{rest}", refused=frozenset(ROLES))
        for rest in ("", "publish/", "discard/")
    ),
    Case("acceptance", "/licensing/acceptances/{acceptance}/", APPLICANT),
    Case("acceptance", "/licensing/acceptances/{signature}/", APPLICANT),
    Case("receipt", "/licensing/acceptances/{acceptance}/receipt.json", APPLICANT),
    Case("grant", "/licensing/grants/{grant}/", MEMBERS | GOVERNING),
    Case("grant", "/licensing/grants/{grant}/summary.json", MEMBERS | GOVERNING),
    Case("grant", "/licensing/grants/{grant}/explain/", MEMBERS | GOVERNING),
    Case("grant", "/api/grants/{grant}/explain", MEMBERS | GOVERNING),
    Case("application", "/api/applications/{sent}/explain", APPLICANT | REVIEWER),
    Case("grant", "/licensing/models/{model}/grants/", GOVERNING),
    Case("grant", "/licensing/models/{model}/grants/export/", GOVERNING),
    Case("amendment", "/licensing/grants/{grant}/amend/", sends=APPLICANT),
    *(
        both("grant", f"/licensing/grants/{{grant}}/{act}/", GOVERNING)
        for act in ("suspend", "revoke")
    ),
    both("grant", "/licensing/grants/{grant}/relinquish/", APPLICANT),
    Case("grant", "/licensing/grants/{grant}/volume/", GOVERNING, GOVERNING),
    both("named user", "/licensing/grants/{grant}/people/", APPLICANT),
    Case("named user", "/licensing/grants/{grant}/users/", sends=APPLICANT),
    Case("named user", "/licensing/grants/{grant}/users/{named_user}/end/", sends=APPLICANT),
    Case("suspension", "/licensing/suspensions/{suspension}/", BRAKES),
    both("suspension", "/licensing/suspensions/{suspension}/let-out/{grant}/", GOVERNING),
    Case("suspension", "/licensing/suspensions/{suspension}/lift/", LEAD, LEAD, BRAKES - LEAD),
    Case("ban", "/licensing/bans/{ban}/", BRAKES),
    both("ban", "/licensing/bans/person/{banned}/", BRAKES),
    Case("ban", "/licensing/bans/{ban}/lift/", LEAD, LEAD, BRAKES - LEAD),
]

# Where lists are, and what one might type into them.
LISTS = [
    *("/", "/dashboard/", "/licensing/applications/", "/licensing/grants/"),
    *("/licensing/acceptances/", "/account/organisations/", "/account/notifications/"),
    "/account/clearances/",
    # Not the whole of it: a search stands in its box again.
    f"/licensing/reviews/?q={MARK[:5]}",
    "/licensing/reviews/?model={model}&state=",
    f"/licensing/reviews/export/?q={MARK[:5]}",
    "/licensing/screening/",
    "/licensing/suspensions/{suspension}/export/",
    "/operation/",
    "/operation/lists/",
]
STRANGERS = ("anonymous", "stranger", "other_reviewer", "other_manager", "other_lead", "operator")


@pytest.fixture(scope="module")
def objects(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Objects]:
    """Make them once, committed; every request below is undone."""
    with django_db_blocker.unblock():
        try:
            with override_settings(SIGNING_KEY=SIGNING_KEY):
                made = make_objects()
            yield made
        finally:
            call_command("flush", interactive=False, verbosity=0)


@dataclass(frozen=True)
class Answer:
    """What a request came to. `wrote`: whether something was recorded."""

    outcome: str
    wrote: bool
    shows: bool


@dataclass(frozen=True)
class Asker:
    """Somebody in a browser. `last` is the last event before anybody asked anything."""

    client: Client
    last: int

    def ask(self, method: str, address: str, **more: Any) -> Answer:
        """Ask, look whether anything changed, and undo it."""
        cookies = deepcopy(self.client.cookies)
        before = transaction.savepoint()
        send = self.client.get if method == "GET" else self.client.post
        response: HttpResponseBase = send(address, **more)
        outcome = name_of(response)
        content = b"" if outcome == "redirect" else b"".join(_body(response))
        # Whatever changes anything writes an event.
        wrote = Event.objects.filter(pk__gt=self.last).exists()
        transaction.savepoint_rollback(before)
        self.client.cookies = cookies
        return Answer(outcome, wrote, MARK.encode() in content)


@pytest.fixture(scope="module")
def askers(objects: Objects, django_db_blocker: DjangoDbBlocker) -> dict[str, Asker]:
    with django_db_blocker.unblock():
        last = Event.objects.latest("pk").pk
        askers = {}
        for role in ROLES:
            askers[role] = Asker(Client(raise_request_exception=False), last)
            if role != "anonymous":
                askers[role].client.force_login(objects.people[role])
    return askers


@pytest.fixture(autouse=True)
def plain_404(monkeypatch: pytest.MonkeyPatch) -> None:
    """Most answers here are that page; rendering it is most of the time."""
    monkeypatch.setattr("portal.urls.handler404", lambda *_args, **_more: HttpResponseNotFound())


def _body(response: Any) -> Iterator[bytes]:
    if not response.streaming:
        yield response.content
    elif not response.closed:
        yield from response.streaming_content


def wrong(case: Case, role: str, method: str, got: Answer) -> bool:
    let_in = case.reads if method == "GET" else case.sends
    if role in let_in:
        return got.outcome not in LET_IN
    kept_out = {"hidden", "wrong method"}
    if role == "anonymous":
        kept_out |= {"sign in", "unauthorised"}
    elif role in case.refused:
        kept_out = {"refused", "state refused", "wrong method"}
    elif role in case.reads | case.sends:
        kept_out |= {"refused", "state refused"}
    # The applicant reads their own name on every page.
    return got.outcome not in kept_out or got.wrote or (got.shows and role != "applicant")


@pytest.mark.parametrize("role", ROLES)
def test_each_object_is_there_for_whom_it_concerns_and_for_nobody_else(
    role: str, objects: Objects, askers: dict[str, Asker]
) -> None:
    found = []
    for case, method in product(CASES, ("GET", "POST")):
        got = askers[role].ask(method, case.address.format(**objects.values))
        if wrong(case, role, method, got):
            found.append(f"{case.thing}: {method} {case.address}: {got}")
    assert found == [], "\n".join(found)


@pytest.mark.parametrize("role", STRANGERS)
def test_no_list_search_or_export_shows_what_is_another_model_s(
    role: str, objects: Objects, askers: dict[str, Asker]
) -> None:
    shown = [
        address
        for address in LISTS
        if askers[role].ask("GET", address.format(**objects.values)).shows
    ]
    assert shown == []


def test_the_lists_would_show_it_to_the_model_s_own_reviewer(
    objects: Objects, askers: dict[str, Asker]
) -> None:
    for address in LISTS[8:12]:
        assert askers["reviewer"].ask("GET", address.format(**objects.values)).shows, address


def test_a_program_of_another_model_s_reviewer_finds_nothing_either(
    objects: Objects, askers: dict[str, Asker]
) -> None:
    place = f"/api/reviews/{objects.values['sent']}"
    hub = f"/hf/api/models/{objects.values['beside']}/user-access-request"
    for role, found in (("reviewer", True), ("other_reviewer", False), ("other_lead", False)):
        _token, secret = make_token(objects.people[role], rights=("review",))
        headers = {"Authorization": f"Bearer {secret}"}
        nobody = askers["anonymous"]
        assert nobody.ask("GET", "/api/reviews", headers=headers).shows == found
        assert nobody.ask("GET", place, headers=headers).shows == found
        assert nobody.ask("GET", f"{hub}/pending", headers=headers).shows == found
        for act in ("claim", "release", "checklist", "return", "decline", "approve"):
            got = nobody.ask("POST", f"{place}/{act}", headers=headers)
            # What is sent is read before it is asked whose it is.
            assert got.outcome == "input refused" or (got.outcome == "hidden") != found, (role, act)
            assert found or not got.shows
