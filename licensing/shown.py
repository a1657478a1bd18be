"""Verdicts and events as plain data for the page components. Reads nothing."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from audit.selectors import Entry
from licensing.application_form import Answers
from licensing.facts import Check, Outcome, Verdict, VerdictAction
from licensing.questions import Question, Section
from licensing.selectors.files import File, words
from licensing.turns import Turn

Data = dict[str, Any]

RULE_NAMES: dict[str, str | Promise] = {
    "visible": gettext_lazy("Visible to you"),
    "signed_in": gettext_lazy("Signed in"),
    "account": gettext_lazy("Account"),
    "banned": gettext_lazy("Ban"),
    "screening": gettext_lazy("Check of details"),
    "country": gettext_lazy("Country"),
    "email_verified": gettext_lazy("E-mail address"),
    "token_live": gettext_lazy("Token"),
    "second_factor": gettext_lazy("Second factor"),
    "token_right": gettext_lazy("Right of the token"),
    "sealed": gettext_lazy("Release"),
    "stage": gettext_lazy("Stage"),
    "hold": gettext_lazy("Hold"),
    "grant": gettext_lazy("Grant"),
    "grant_state": gettext_lazy("State of the grant"),
    "suspension": gettext_lazy("Suspension of several grants"),
    "duties": gettext_lazy("Duties"),
    "grant_time": gettext_lazy("End date"),
    "named": gettext_lazy("Named user"),
    "membership": gettext_lazy("Organisation"),
    "cohort": gettext_lazy("Place in the cohort"),
    "terms": gettext_lazy("Terms"),
    "organization_terms": gettext_lazy("Signature of the organisation"),
    "person_tier": gettext_lazy("Vetting of you"),
    "organization_tier": gettext_lazy("Vetting of the organisation"),
    "takes_applications": gettext_lazy("Applications"),
    "no_application": gettext_lazy("Open application"),
    "no_grant": gettext_lazy("Present grant"),
    # Of the turn of an application or a grant, and of an approval.
    "answers": gettext_lazy("Your answers"),
    "reference": gettext_lazy("Referees and officials"),
    "decision": gettext_lazy("Decision"),
    "appeal": gettext_lazy("Appeal"),
    "in_review": gettext_lazy("In hand"),
    "not_banned": gettext_lazy("Bans"),
    "checklist": gettext_lazy("Checklist"),
    "screened": gettext_lazy("Screening"),
    "nameable": gettext_lazy("Named users"),
    "amended": gettext_lazy("Grant to be changed"),
    "former_grant": gettext_lazy("Present grant"),
    "board": gettext_lazy("Board"),
    "second_reviewer": gettext_lazy("Second reviewer"),
    # Added to a verdict by delivery, which counts the bytes.
    "quota": gettext_lazy("Download quota"),
}
ACTION_NAMES: dict[VerdictAction, str | Promise] = {
    VerdictAction.SEE: gettext_lazy("See the release"),
    VerdictAction.APPLY: gettext_lazy("Apply for access"),
    VerdictAction.USE_API: gettext_lazy("Use it through the hosted API"),
    VerdictAction.DOWNLOAD: gettext_lazy("Download the weights"),
}
_STATES = {
    Outcome.DENIED: "no",
    Outcome.WAITING: "waiting",
    Outcome.OK: "yes",
    Outcome.NOT_APPLICABLE: "na",
}


def verdict(given: Verdict, sentence: str = "") -> Data:
    """Return a verdict as the verdict component takes it, what stops first."""
    return {
        "allowed": given.allowed,
        "sentence": sentence or given.sentence,
        "checks": checks(given.checks),
    }


def checks(given: Iterable[Check]) -> list[Data]:
    """Return rules with their results as the verdict component takes them, what stops first."""
    order = list(_STATES)
    return [
        {
            "state": _state(check),
            "name": RULE_NAMES[check.rule],
            "reason": check.sentence,
            "todo": check.remedy,
            "url": check.remedy_url,
            "url_label": _("See where it stands") if check.state is Outcome.WAITING else "",
        }
        for check in sorted(given, key=lambda check: order.index(check.state))
    ]


def without_links(given: Iterable[Data]) -> list[Data]:
    """Return shown rules for somebody who cannot go where their remedies are carried out."""
    return [{**check, "url": "", "url_label": ""} for check in given]


def approval(given: Iterable[Check]) -> Data:
    """Return the rules of an approval as the verdict component takes them."""
    found = tuple(given)
    stops = [check for check in found if check.stops]
    return {
        "allowed": not stops,
        "sentence": _("It can be approved.")
        if not stops
        else ngettext(
            "It cannot be approved yet: %(count)d rule stands in the way.",
            "It cannot be approved yet: %(count)d rules stand in the way.",
            len(stops),
        )
        % {"count": len(stops)},
        "checks": checks(found),
    }


def turn(given: Turn, *, url_allowed: bool = True) -> Data:
    """Return whose turn it is as the turn component takes it.

    Without `url_allowed` nothing leads to pages that are the person's alone.
    """
    found = checks(given.checks)
    if not url_allowed:
        found = without_links(found)
    return {
        "who": given.who or _("Nobody"),
        "sentence": given.sentence,
        "since": given.since,
        "usual": given.usual,
        "by": given.by,
        "by_words": given.by_words,
        "late": given.late,
        "checks": found,
    }


def _state(check: Check) -> str:
    """Return the state as pages name it; what is met and will not stay so is told apart."""
    return "soon" if check.ends else _STATES[check.state]


def timeline(entries: Iterable[Entry]) -> list[Data]:
    """Return events as the timeline component takes them."""
    return [
        {
            "sentence": f"{entry.actor} {entry.words}",
            "detail": entry.reason,
            "when": entry.at,
        }
        for entry in entries
    ]


def answers(
    section: Section,
    given: Answers,
    former: Answers | None = None,
    files: Mapping[str, File] | None = None,
) -> list[Data]:
    """Return one section's answers; with `former`, what changed shows what it was before.

    `files` are those that either of them names, by their public id.
    """
    lines = []
    for question in section.questions:
        now = words(question, given, files or {})
        before = words(question, former, files or {}) if former is not None else None
        changed = before is not None and before != now
        lines.append(
            {
                "question": question.label,
                "answer": now,
                "files": _files(question, given, files or {}),
                "before": (before or _("Not answered")) if changed else None,
            }
        )
    return lines


def _files(question: Question, given: Answers, files: Mapping[str, File]) -> list[Data]:
    """Return the files that answer a question, each with where it is had."""
    if question.kind != "files":
        return []
    return [
        {"file": files[each], "url": reverse("attachment", args=[each])}
        for each in given.get(question.key) or []
        if each in files
    ]
