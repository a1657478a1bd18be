"""Reviewers' programs: the library's own calls, in each version, and what comes of them."""

from tests.hub_clients.conftest import MakeClient
from tests.hub_clients.secure import SecurePortal

REPO = "demo/heron"


def test_a_reviewer_lists_accepts_rejects_and_puts_back(
    client: MakeClient, portal: SecurePortal
) -> None:
    reviewer = client(portal.do("token_of", "reviewer", "review"))
    first, second, third = portal.do("make_applicants", "3")
    # What the Hub's words have no place for: the reviewer's checklist is ticked in the portal.
    assert portal.do("look_through", first) == "in_review"
    found = reviewer.python(
        f"repo, first, second, third = {REPO!r}, {first!r}, {second!r}, {third!r}\n"
        "waiting = [each.username for each in api.list_pending_access_requests(repo)]\n"
        "api.accept_access_request(repo, first)\n"
        "api.reject_access_request(repo, second, rejection_reason='No plan.')\n"
        "accepted = [each.username for each in api.list_accepted_access_requests(repo)]\n"
        "rejected = [each.username for each in api.list_rejected_access_requests(repo)]\n"
        "one = [e for e in api.list_pending_access_requests(repo) if e.username == third][0]\n"
        "result = {\n"
        "    'waiting': waiting, 'accepted': accepted, 'rejected': rejected,\n"
        "    'status': one.status, 'fields': sorted(one.fields), 'year': one.timestamp.year,\n"
        "}"
    )
    assert {first, second, third} <= set(found["waiting"])
    assert first in found["accepted"]
    assert second in found["rejected"]
    assert found["status"] == "pending"
    assert "Application" in found["fields"]
    assert portal.do("application_state", first) == "approved"
    assert portal.do("application_state", second) == "declined"
    result = reviewer.python(f"result = api.cancel_access_request({REPO!r}, {third!r})")
    assert result[0] in ("HfHubHTTPError", "HTTPError")
    assert "This application is pending already." in result[1]


def test_what_the_portal_has_no_act_for_is_refused_with_a_sentence(
    client: MakeClient, portal: SecurePortal
) -> None:
    reviewer = client(portal.do("token_of", "reviewer", "review"))
    result = reviewer.python(f"result = api.grant_access({REPO!r}, 'applicant@demo.example')")
    assert "Nobody is given access without an application." in result[1]
    result = reviewer.python(f"result = api.update_repo_settings({REPO!r}, gated='auto')")
    assert "follows from its stage" in result[1]


def test_a_token_to_download_with_reviews_nothing(client: MakeClient, portal: SecurePortal) -> None:
    reader = client(portal.do("token_of", "reviewer", "weights"))
    result = reader.python(f"result = len(list(api.list_pending_access_requests({REPO!r})))")
    assert 'The token does not carry the right "review".' in result[1]
