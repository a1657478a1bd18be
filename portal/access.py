"""What a release means for the one who looks: the verdict that matters and the one next step."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from licensing.facts import VerdictAction
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
    todo = verdict.next_step
    if todo is None:
        return None
    return NextStep(_LABELS.get(todo.rule, lambda: _("See what to do"))(), todo.remedy_url)


_LABELS = {
    "signed_in": lambda: _("Sign in"),
    "email_verified": lambda: _("Confirm your address"),
    "token_live": lambda: _("Make a token"),
    "token_right": lambda: _("Make a token"),
    "grant": lambda: _("Get access"),
    "grant_state": lambda: _("See your grant"),
    "grant_time": lambda: _("Apply again"),
    "terms": lambda: _("Read and accept the terms"),
    "person_tier": lambda: _("Apply for vetting"),
    "organization_tier": lambda: _("Apply for vetting"),
}
