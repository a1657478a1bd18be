"""The addresses of the Hub's API, below /hf/. None ends in a slash."""

from django.urls import path, register_converter

from delivery.hub.views import gating, identity, models, resolve, trees


class RevisionConverter:
    """A version, a digest, main, or a full reference; clients write its slashes as %2F."""

    regex = r"refs/[^/]+/[^/]+|[^/]+"

    def to_python(self, value: str) -> str:
        """Return it as it is."""
        return value

    def to_url(self, value: str) -> str:
        """Return it as it is."""
        return value


class AnythingConverter(RevisionConverter):
    """Whatever else stands there. Django's own `path` leaves out line breaks."""

    regex = r"(?s:.+)"


register_converter(RevisionConverter, "revision")
register_converter(AnythingConverter, "anything")

_REPO = "<str:namespace>/<str:name>"
_MODEL = f"api/models/{_REPO}"
_REQUESTS = f"{_MODEL}/user-access-request"
_AT = "<revision:revision>"

urlpatterns = [
    path("api/whoami-v2", identity.whoami, name="hub_whoami"),
    path("api/agent-harnesses", identity.agent_harnesses, name="hub_agent_harnesses"),
    path("api/models", models.model_list, name="hub_models"),
    path(_MODEL, models.model_info, name="hub_model"),
    path(f"{_MODEL}/revision/{_AT}", models.model_info, name="hub_model_revision"),
    path(f"{_MODEL}/tree/{_AT}", trees.tree, name="hub_tree"),
    path(f"{_MODEL}/tree/{_AT}/<anything:path>", trees.tree, name="hub_subtree"),
    path(f"{_MODEL}/paths-info/{_AT}", trees.paths_info, name="hub_paths_info"),
    path(f"{_MODEL}/refs", models.references, name="hub_refs"),
    path(f"{_MODEL}/commits/{_AT}", models.commits, name="hub_commits"),
    path(f"{_MODEL}/auth-check", models.auth_check, name="hub_auth_check"),
    path(f"{_MODEL}/auth-check/write", models.auth_check_write, name="hub_auth_check_write"),
    path(f"{_REQUESTS}/handle", gating.handle_access_request, name="hub_handle_request"),
    path(f"{_REQUESTS}/grant", gating.grant_access, name="hub_grant"),
    path(f"{_REQUESTS}/<str:status>", gating.access_requests, name="hub_requests"),
    path(f"{_MODEL}/settings", gating.change_settings, name="hub_settings"),
    path(f"{_REPO}/resolve/{_AT}/<anything:path>", resolve.resolve, name="hub_resolve"),
    path("", resolve.nothing_here, {"path": ""}, name="hub_root"),
    path("<anything:path>", resolve.nothing_here, name="hub_nothing"),
]
