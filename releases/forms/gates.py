"""Shapes of what is sent about gates: blockers, overrides, conditions, re-reviews."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from boards.forms import ReasonedForm, ReasonField
from releases.conditions import Rule, condition
from releases.evidence.facts import EvidenceFacts
from releases.forms import TextField
from releases.requirement_plans import CONFIDENCE, check_metric


class BlockerForm(forms.Form):
    """What keeps a release from moving on, and why."""

    title = forms.CharField(
        label=gettext_lazy("What is wrong"),
        max_length=200,
        help_text=gettext_lazy("In a few words; they are shown among the requirements."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    reason = ReasonField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("What happened, and what must be so before it can be closed."),
    )


class CloseBlockerForm(ReasonedForm):
    """Why a release may move again, and a typed confirmation."""

    reason = ReasonField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("What was done about it, and how that was checked."),
    )
    field_order = ["reason", "typed"]


class OverrideRequirementForm(ReasonedForm):
    """Why a requirement is set aside. The digest says which dossier was on the page."""

    reason = ReasonField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy(
            "Kept for good, shown to the board before it votes, and printed in the record."
        ),
    )
    dossier_digest = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
    field_order = ["reason", "typed", "dossier_digest"]


class ConditionsForm(forms.Form):
    """What a machine watches after the decision. One bound at a time is added."""

    kept = forms.MultipleChoiceField(
        label=gettext_lazy("Bounds that are watched"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Untick what is not to be watched any more."),
    )
    score = forms.ChoiceField(
        label=gettext_lazy("Watch another score"),
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
        widget=forms.RadioSelect,
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
    ) -> None:
        self._bounds = [rule for rule in present if rule.get("kind") == "metric"]
        self._scores = _scores(standing)
        watched = [rule for rule in present if rule.get("kind") == "evidence_expires"]
        self._evidence = {each.public_id: each.title for each in standing}
        self._evidence |= {rule["evidence"]: rule["title"] for rule in watched}
        super().__init__(
            data,
            initial={
                "kept": [str(number) for number in range(len(self._bounds))],
                "evidence": [rule["evidence"] for rule in watched],
                "blocker": any(rule.get("kind") == "blocker_appears" for rule in present),
            },
        )
        self._offer(
            "kept",
            [
                (str(number), condition(rule)["sentence"])
                for number, rule in enumerate(self._bounds)
            ],
        )
        offered = [(str(number), said) for number, (_key, said) in enumerate(self._scores)]
        self._offer("score", [("", "–"), *offered])
        self._offer("evidence", list(self._evidence.items()))
        if not self._bounds:
            del self.fields["kept"]
        if not self._evidence:
            del self.fields["evidence"]

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        """Refuse a bound without a score, and what no machine could watch."""
        cleaned = super().clean() or {}
        if cleaned.get("bound") and not cleaned.get("score"):
            self.add_error("score", _("Choose the score that the bound is for."))
        elif cleaned.get("score"):
            rule = self._added(cleaned)
            for path, problem in check_metric(rule):
                self.add_error(str(path[0]) if path else "bound", f"{problem}.")
        return cleaned

    def _added(self, cleaned: Mapping[str, Any]) -> dict[str, Any]:
        (task, metric, filter_name), _said = self._scores[int(cleaned["score"])]
        rule = {
            "kind": "metric",
            "task": task,
            "metric": metric,
            "unsafe": cleaned.get("unsafe") or "above",
            "bound": (cleaned.get("bound") or "").strip(),
            "confidence": (cleaned.get("confidence") or CONFIDENCE).strip(),
        }
        return {**rule, "filter": filter_name} if filter_name else rule

    def rules(self) -> list[Rule]:
        """Return what is to be watched."""
        cleaned = self.cleaned_data
        found: list[Rule] = [self._bounds[int(number)] for number in cleaned.get("kept", [])]
        if cleaned.get("score"):
            found.append(self._added(cleaned))
        found += [
            {"kind": "evidence_expires", "evidence": each, "title": self._evidence[each]}
            for each in cleaned.get("evidence", [])
        ]
        if cleaned.get("blocker"):
            found.append({"kind": "blocker_appears"})
        return found


def _scores(standing: Sequence[EvidenceFacts]) -> list[tuple[tuple[str, str, str], str]]:
    """Return every score that is told of, once, with its words."""
    found: dict[tuple[str, str, str], str] = {}
    for each in standing:
        for score in each.scores:
            key = (score.task, score.metric, score.filter)
            told = _("%(metric)s on %(task)s") % {"metric": score.metric, "task": score.task}
            found.setdefault(key, f"{told} ({score.filter})" if score.filter else told)
    return sorted(found.items(), key=lambda item: item[1])


class ReReviewForm(forms.Form):
    """Why a release may stay at its stage."""

    rationale = TextField(
        label=gettext_lazy("Rationale"),
        help_text=gettext_lazy("Why the reasons for which it was let here still hold."),
    )
    changes = TextField(
        label=gettext_lazy("What has changed"),
        help_text=gettext_lazy(
            "Since the last decision: use, incidents, capabilities, other models, what is known."
        ),
    )
