"""Reading what a dossier refers to in the register, as it stands now."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet, TextField
from django.db.models.functions import Cast, JSONObject
from django.urls import reverse
from django.utils.translation import gettext as _

from boards.dossier import EXHIBITS
from releases.choices import ReferenceState
from releases.comparables import record
from releases.comparables.counterfactual import CounterfactualFacts, ReferenceFacts, judge_form
from releases.comparables.entry import ResultEntry
from releases.comparables.standing import judge
from releases.models import ComparableStatement, ComparableVerification
from releases.selectors.comparables import entry_of, standing_results

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# Numbers as text: those of JSON are not exact.
_RESULT = JSONObject(
    task="task",
    metric="metric",
    value=Cast("value", TextField()),
    stderr=Cast("stderr", TextField()),
    higher_is_better="higher_is_better",
    source_url="source_url",
    measured_on="measured_on",
)
_VERIFICATION = JSONObject(
    digest="digest", content_digest="content_digest", verified_at="verified_at"
)


def named_comparables(dossier: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the exhibits of a dossier that are references, by the model's public id."""
    base = reverse("comparable_list")
    found = {}
    for exhibit in dossier.get(EXHIBITS, []):
        place = str(exhibit.get("url", "")).removeprefix(base).strip("/")
        if exhibit.get("url") == f"{base}{place}/" and _UUID.fullmatch(place):
            found[place] = exhibit
    return found


def counterfactual_facts(dossier: Mapping[str, Any], now: datetime) -> CounterfactualFacts:
    """Return what the form of a dossier comes to at this moment, in one query at most."""
    exhibits = named_comparables(dossier)
    if not exhibits:
        return judge_form(dossier, ())
    quoted = {key: str(exhibit["digest"]) for key, exhibit in exhibits.items()}
    rows = _statements(quoted.values()).filter(comparable__public_id__in=list(quoted))
    return judge_form(
        dossier, [_facts(row, quoted[str(row.comparable.public_id)], now) for row in rows]
    )


def _statements(quoted: Iterable[str]) -> QuerySet[ComparableStatement]:
    """Return the statements that stand, each with all that tells whether its reference does.

    `results_told`; `newest_told`, the last verification; `quoted_told`, the model's verifications
    of these digests.
    """
    of_it = OuterRef("comparable")
    results = standing_results().filter(comparable=of_it)
    verifications = ComparableVerification.objects.filter(comparable=of_it).order_by("-id")
    named = verifications.filter(digest__in=list(quoted))
    return (
        ComparableStatement.objects.filter(successor=None)
        .select_related("comparable")
        .annotate(
            results_told=ArraySubquery(results.values(told=_RESULT)),
            newest_told=ArraySubquery(verifications.values(told=_VERIFICATION)[:1]),
            quoted_told=ArraySubquery(named.values(told=_VERIFICATION)),
        )
        .order_by("comparable__key")
    )


def _facts(row: ComparableStatement, quoted: str, now: datetime) -> ReferenceFacts:
    """Judge a reference as a dossier quotes it: verified again is as good, changed is not."""
    comparable = row.comparable
    title, url = str(comparable), comparable.get_absolute_url()
    results = [_result(told) for told in row.results_told]  # type: ignore[attr-defined] # annotated
    stated = record.content(str(comparable.public_id), entry_of(row), results)
    content_digest = record.content_digest(stated)
    verified = {
        told["digest"]: told["content_digest"]
        for told in row.quoted_told  # type: ignore[attr-defined] # annotated
    }
    if verified.get(quoted) != content_digest:
        return ReferenceFacts(
            title,
            ReferenceState.CHANGED,
            _("It was changed after the dossier quoted it."),
            url,
        )
    [newest] = row.newest_told  # type: ignore[attr-defined] # annotated; the quoted one, or newer
    standing = judge(
        content_digest=content_digest,
        verified_digest=newest["content_digest"],
        verified_at=datetime.fromisoformat(newest["verified_at"]),
        now=now,
    )
    return ReferenceFacts.of(title, standing, url)


def _result(told: Mapping[str, Any]) -> ResultEntry:
    stderr = told["stderr"]
    return ResultEntry(
        task=told["task"],
        metric=told["metric"],
        value=Decimal(told["value"]),
        stderr=None if stderr is None else Decimal(stderr),
        higher_is_better=told["higher_is_better"],
        source_url=told["source_url"],
        measured_on=date.fromisoformat(told["measured_on"]),
    )
