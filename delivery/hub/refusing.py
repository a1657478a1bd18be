"""The verdict's denials in the words and headers of the Hub."""

from django.urls import reverse

from delivery import refusals
from delivery.callers import Caller
from delivery.hub.problems import DISABLED, Problem
from licensing.facts import Verdict
from releases.choices import ReleaseState
from releases.models import Release


def refusal(caller: Caller, release: Release, verdict: Verdict) -> Problem:
    """Return the answer to somebody who may see the release and not have its files."""
    sentence = f"{release}: {sentences(verdict)}"
    details: dict[str, object] = dict(refusals.refusal(verdict))
    if release.state == ReleaseState.WITHDRAWN:
        return Problem(403, DISABLED, warning=sentence, details=details)
    if caller.token is None:
        tokens = refusals.absolute(reverse("account_tokens"))
        sentence = f"{sentence} Programs need a token, as HF_TOKEN: {tokens}"
    return Problem(
        403 if caller.token is not None else 401,
        sentence,
        code="GatedRepo",
        warning=sentence,
        details=details,
    )


def sentences(verdict: Verdict) -> str:
    """Return every reason, and what to do first with its full address."""
    said = [verdict.sentence, *(check.sentence for check in verdict.denials[1:])]
    step = verdict.next_step or next((each for each in verdict.denials if each.remedy), None)
    if step is not None:
        said.append(f"{step.remedy} {refusals.absolute(step.remedy_url)}".strip())
    return " ".join(str(each) for each in said)
