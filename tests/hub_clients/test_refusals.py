"""What a person reads in the terminal when the portal says no: the text itself, by version."""

import pytest

from tests.hub_clients.client import HubClient
from tests.hub_clients.conftest import MakeClient
from tests.hub_clients.secure import SecurePortal

REPO = "demo/heron"
DOWNLOAD = ("download", REPO, "--revision", "v1.0")
DENIED = "Access denied. This repository requires approval."


def gated(hub: HubClient, *command: str) -> str:
    """Run a command that is refused as gated; return what is seen."""
    text = hub.hf(*(command or DOWNLOAD), fails=True)
    assert "GatedRepoError" in text if hub.is_first else DENIED in text
    return text


def test_no_grant_reads_what_is_missing_and_where_to_apply(
    client: MakeClient, portal: SecurePortal
) -> None:
    text = gated(client(portal.do("token_of", "applicant")))
    assert "demo/heron v1.0: You cannot download this release yet." in text
    assert "You have no grant for this model." in text
    assert 'You have not accepted "Terms for the weights".' in text
    assert f"Apply for access. {portal.url}/licensing/applications/new/?model=" in text


def test_terms_not_accepted_reads_which_and_where(client: MakeClient, portal: SecurePortal) -> None:
    text = gated(client(portal.do("make_unsigned")))
    assert 'You have not accepted "Terms for the weights".' in text
    assert f"Read and accept the terms. {portal.url}/licensing/terms/" in text


def test_pending_reads_that_nothing_is_to_be_done(client: MakeClient, portal: SecurePortal) -> None:
    text = gated(client(portal.do("make_applicant")))
    assert "Your application is with the reviewers." in text
    assert f"you will hear from us. {portal.url}/licensing/applications/" in text


def test_declined_reads_so_and_where_the_reason_is(
    client: MakeClient, portal: SecurePortal
) -> None:
    text = gated(client(portal.do("make_declined")))
    assert "Your application was declined." in text
    assert f"you may apply again from there. {portal.url}/licensing/applications/" in text


def test_without_a_token_one_reads_how_to_show_one(
    client: MakeClient, portal: SecurePortal
) -> None:
    text = gated(client())
    assert "You are not signed in." in text
    assert f"Programs need a token, as HF_TOKEN: {portal.url}/account/tokens/" in text


def test_a_token_without_the_right_reads_so(client: MakeClient, portal: SecurePortal) -> None:
    text = gated(client(portal.do("token_of", "deployer", "api")))
    assert 'The token does not carry the right "weights".' in text
    assert f"{portal.url}/account/tokens/" in text


def test_one_file_alone_says_the_same_though_a_head_has_no_body(
    client: MakeClient, portal: SecurePortal
) -> None:
    hub = client(portal.do("token_of", "applicant"))
    result = hub.python(f"result = hf_hub_download({REPO!r}, 'config.json', revision='v1.0')")
    assert result[0] == "GatedRepoError"
    assert "You have no grant for this model." in result[1]
    assert f"Apply for access. {portal.url}/licensing/applications/new/" in result[1]


def test_revoked_in_between_reads_that_it_ended_also_where_all_is_cached(
    client: MakeClient, portal: SecurePortal, version: str
) -> None:
    name = f"revoked-{version}"
    made = portal.do("make_recipient", name)
    hub = client(made["token"])
    hub.hf("download", f"acme/{name}")
    portal.do("revoke", made["grant"])
    again = hub.hf("download", f"acme/{name}", fails=False) if not hub.is_first else ""
    ended = f"Your access to acme/{name} ended on"
    if not hub.is_first:
        # Nothing is fetched: this line is all that tells them.
        assert ended in again
        assert "Delete local copies" in again
    hub.more["HF_HUB_CACHE"] = str(hub.home / "another")
    text = gated(hub, "download", f"acme/{name}")
    assert "Your grant was revoked: The terms were broken." in text
    if not hub.is_first:
        assert ended in text


def test_withdrawn_reads_that_it_is_disabled(
    client: MakeClient, portal: SecurePortal, version: str
) -> None:
    name = f"withdrawn-{version}"
    made = portal.do("make_recipient", name)
    portal.do("withdraw", name)
    hub = client(made["token"])
    text = hub.hf("download", f"acme/{name}", fails=True)
    if hub.is_first:
        assert "Access to this resource is disabled." in text
    else:
        assert "The release was withdrawn." in text
        assert "Access to this resource is disabled." in text


@pytest.mark.parametrize("command", [("auth", "whoami"), DOWNLOAD])
def test_a_wrong_token_reads_that_it_is_wrong(client: MakeClient, command: tuple[str, ...]) -> None:
    hub = client("slu_nonsense")
    text = hub.hf(*command, fails=True)
    if command is DOWNLOAD:
        assert "Invalid credentials in Authorization header" in text
    else:
        assert "Invalid user token" in text
    if not hub.is_first:
        assert "This token is unknown, expired or revoked." in text


@pytest.mark.parametrize("repo", ["demo/kestrel", "demo/nothing"])
def test_a_hidden_model_reads_as_one_that_does_not_exist(
    client: MakeClient, deployer: str, repo: str
) -> None:
    hub = client(deployer)
    text = hub.hf("download", repo, fails=True)
    assert "Repository Not Found" in text if hub.is_first else "Repository not found." in text
    result = hub.python(f"result = api.model_info({repo!r}).sha")
    assert result[0] == "RepositoryNotFoundError"
    assert "There is no such model here, or your account may not know of it." in result[1]


def test_a_wrong_revision_reads_which_ones_there_are(client: MakeClient, deployer: str) -> None:
    result = client(deployer).python(f"result = api.model_info({REPO!r}, revision='v9').sha")
    assert result[0] == "RevisionNotFoundError"
    assert "A revision is main, the version of a release, or its digest." in result[1]
