"""The form in which it is chosen what a machine watches after a decision."""

from collections.abc import Mapping, Sequence
from copy import copy
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.canonical import digest
from releases.conditions import Rule, condition
from releases.evidence.facts import EvidenceFacts
from releases.requirement_plans import CONFIDENCE, check_metric

# Bounds that can be added at a time; the form has no scripts.
ROWS = 3
_ROW = ("score", "unsafe", "bound", "confidence")


class ConditionsForm(forms.Form):
    """What a machine watches after the decision; as part of a dossier's form it has a prefix.

    The fields of a bound stand there several times, from the second on with a number.
    """

    kept = forms.MultipleChoiceField(
        label=gettext_lazy("Bounds that are watched"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Untick what is not to be watched any more."),
    )
    score = forms.ChoiceField(
        label=gettext_lazy("Watch a score"),
        required=False,
        help_text=gettext_lazy("Every score that evidence about this release tells."),
    )
    unsafe = forms.ChoiceField(
        label=gettext_lazy("Harm lies"),
        required=False,
        choices=[
            ("above", gettext_lazy("above the bound")),
            ("below", gettext_lazy("below the bound")),
        ],
        initial="above",
    )
    bound = forms.CharField(
        label=gettext_lazy("Bound"),
        required=False,
        max_length=30,
        help_text=gettext_lazy("A number such as 0.4."),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    confidence = forms.CharField(
        label=gettext_lazy("Confidence"),
        required=False,
        max_length=10,
        initial=CONFIDENCE,
        help_text=gettext_lazy("One-sided, between 0.5 and 1."),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    evidence = forms.MultipleChoiceField(
        label=gettext_lazy("Evidence that must stand"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "The condition comes true when it expires or is withdrawn, unless something took its "
            "place that stands."
        ),
    )
    blocker = forms.BooleanField(
        label=gettext_lazy("A blocker is opened on the release"), required=False
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        present: Sequence[Rule],
        standing: Sequence[EvidenceFacts],
        prefix: str | None = None,
    ) -> None:
        bounds = [rule for rule in present if rule.get("kind") == "metric"]
        self._bounds = {named(rule): rule for rule in bounds}
        self._scores = _scores(standing)
        watched = [rule for rule in present if rule.get("kind") == "evidence_expires"]
        self._evidence = {each.public_id: each.title for each in standing}
        self._evidence |= {rule["evidence"]: rule["title"] for rule in watched}
        super().__init__(
            data,
            prefix=prefix,
            initial={
                "kept": list(self._bounds),
                "evidence": [rule["evidence"] for rule in watched],
                "blocker": any(rule.get("kind") == "blocker_appears" for rule in present),
            },
        )
        self._offer(
            "kept",
            [(name, condition(rule)["sentence"]) for name, rule in self._bounds.items()],
        )
        offered = [(name, _told(key)) for name, key in self._scores.items()]
        self._offer("score", [("", "–"), *offered])
        self._offer("evidence", list(self._evidence.items()))
        self._add_rows()
        if not self._scores and not self._is_told(data):
            for name in _ROW:
                del self.fields[name]
        if not self._bounds:
            del self.fields["kept"]
        if not self._evidence:
            del self.fields["evidence"]

    @property
    def has_scores(self) -> bool:
        """Whether there is any score to choose."""
        return bool(self._scores)

    def _is_told(self, data: QueryDict | None) -> bool:
        """Say whether a bound came with the form: on a score that has gone since it is an error."""
        return data is not None and any(
            data.get(self.add_prefix(name)) for name in ("score", "bound")
        )

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = choices

    def _add_rows(self) -> None:
        """Repeat the fields of a bound, where there is any score to choose."""
        ends = [name for name in ("evidence", "blocker") if name in self.fields]
        for suffix in _suffixes()[1:] if self._scores else ():
            for name in _ROW:
                field = copy(self.fields[name])
                field.widget = copy(field.widget)
                field.help_text = ""
                field.label = _("%(label)s, another") % {"label": field.label}
                self.fields[name + suffix] = field
        self.order_fields([*(name for name in self.fields if name not in ends), *ends])

    def clean(self) -> dict[str, Any]:
        """Refuse a bound without a score, and what no machine could watch."""
        cleaned = super().clean() or {}
        for suffix in _suffixes():
            if cleaned.get(f"bound{suffix}") and not cleaned.get(f"score{suffix}"):
                self.add_error(f"score{suffix}", _("Choose the score that the bound is for."))
            elif cleaned.get(f"score{suffix}"):
                rule = self._added(cleaned, suffix)
                for path, problem in check_metric(rule):
                    name = path[0] if path and path[0] in _ROW else "score"
                    self.add_error(f"{name}{suffix}", f"{problem}.")
        return cleaned

    def _added(self, cleaned: Mapping[str, Any], suffix: str) -> dict[str, Any]:
        task, metric, filter_name = self._scores[cleaned[f"score{suffix}"]]
        rule = {
            "kind": "metric",
            "task": task,
            "metric": metric,
            "unsafe": cleaned.get(f"unsafe{suffix}") or "above",
            "bound": (cleaned.get(f"bound{suffix}") or "").strip(),
            "confidence": (cleaned.get(f"confidence{suffix}") or CONFIDENCE).strip(),
        }
        return {**rule, "filter": filter_name} if filter_name else rule

    def rules(self) -> list[Rule]:
        """Return what is to be watched."""
        cleaned = self.cleaned_data
        found: list[Rule] = [self._bounds[name] for name in cleaned.get("kept", [])]
        found += [
            self._added(cleaned, suffix) for suffix in _suffixes() if cleaned.get(f"score{suffix}")
        ]
        found += [
            {"kind": "evidence_expires", "evidence": each, "title": self._evidence[each]}
            for each in cleaned.get("evidence", [])
        ]
        if cleaned.get("blocker"):
            found.append({"kind": "blocker_appears"})
        return found


def _suffixes() -> list[str]:
    """Return what the names of each bound's fields end in."""
    return ["", *(f"_{number}" for number in range(2, ROWS + 1))]


def named(chosen: Rule | tuple[str, str, str]) -> str:
    """Return what a form calls a bound or a score by: the same whatever else is there meanwhile."""
    return digest(chosen)[:16]


def _scores(standing: Sequence[EvidenceFacts]) -> dict[str, tuple[str, str, str]]:
    """Return every score that is told of, once, by its name in the form."""
    keys = {(score.task, score.metric, score.filter) for each in standing for score in each.scores}
    return {named(key): key for key in sorted(keys)}


def _told(key: tuple[str, str, str]) -> str:
    task, metric, filter_name = key
    told = _("%(metric)s on %(task)s") % {"metric": metric, "task": task}
    return f"{told} ({filter_name})" if filter_name else told
