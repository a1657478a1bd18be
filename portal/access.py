"""What a release means for the one who looks: the verdict that matters and the one next step."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.urls import resolve, reverse
from django.utils.translation import gettext as _

from licensing.facts import Verdict, VerdictAction
from portal.selectors import Verdicts
from releases.choices import WEIGHTS_MODES
from releases.models import Release


@dataclass(frozen=True)
class NextStep:
    """The one thing to do now."""

    label: str
    url: str


def main_action(release: Release) -> VerdictAction:
    """Return what the release's stage is for: the weights where they leave, else the API."""
    if release.stage and release.stage.access_mode in WEIGHTS_MODES:
        return VerdictAction.DOWNLOAD
    return VerdictAction.USE_API


def next_step(release: Release, verdicts: Verdicts) -> NextStep | None:
    """Return the button: use what one has, or do what is missing first."""
    verdict = verdicts[main_action(release)]
    if verdict.allowed and verdict.action is VerdictAction.DOWNLOAD:
        return NextStep(_("Download the files"), f"{release.get_absolute_url()}#files")
    if verdict.allowed:
        return NextStep(_("Make a token for the API"), reverse("account_token_create"))
    return step_of(verdict)


def step_of(verdict: Verdict) -> NextStep | None:
    """Return the first thing that a refused person can do, if there is one."""
    todo = verdict.next_step
    if todo is None:
        return None
    return NextStep(_label(todo.rule, todo.remedy_url), todo.remedy_url)


def _label(rule: str, url: str) -> str:
    """Say what the button does. What a missing grant takes depends on where the link leads."""
    if rule in ("grant", "grant_state"):
        rule = resolve(urlsplit(url).path).url_name or rule
    return _LABELS.get(rule, lambda: _("See what to do"))()


_LABELS = {
    "signed_in": lambda: _("Sign in"),
    "banned": lambda: _("Read why, and object"),
    "email_verified": lambda: _("Confirm your address"),
    "token_live": lambda: _("Make a token"),
    "token_right": lambda: _("Make a token"),
    "application_new": lambda: _("Apply for access"),
    "application_detail": lambda: _("See your application"),
    "application_edit": lambda: _("Go on with your application"),
    "grant_detail": lambda: _("See your grant"),
    "suspension": lambda: _("See your grant"),
    "duties": lambda: _("See what is overdue"),
    "quota": lambda: _("See your grant"),
    "terms_accept": lambda: _("Read and accept the terms"),
    "grant_time": lambda: _("Apply again"),
    "terms": lambda: _("Read and accept the terms"),
    "person_tier": lambda: _("Apply for vetting"),
    "organization_tier": lambda: _("Apply for vetting"),
}
