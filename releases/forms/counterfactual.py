"""The part of a dossier's form that compares the release with models of other developers."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.text import paragraphs
from releases.comparables.counterfactual import (
    ACKNOWLEDGED,
    CONDITIONS,
    NO_COMPARABLE,
    PARTS,
    PROTECTIVE,
    RISK,
    SIMILARLY_SAFE,
    answer,
    check_parts,
    split_answer,
)
from releases.models import Comparable
from releases.selectors.comparables import Reference
from releases.selectors.counterfactual import named_comparables

LONGEST = 5000
_HELP = {
    RISK: gettext_lazy("Compared with a world in which only the references are available."),
    ACKNOWLEDGED: gettext_lazy("Say where it can be read that you rest on these references."),
    PROTECTIVE: gettext_lazy("Which safeguards, and where the proof of them is shared."),
}
_REASONS = {
    RISK: gettext_lazy("Why, about the risk of severe harm"),
    ACKNOWLEDGED: gettext_lazy("Where it is acknowledged, or why it is not"),
    PROTECTIVE: gettext_lazy("Why, about our protection"),
}


class CounterfactualForm(forms.Form):
    """References and the three conditions about them, or how a search found none."""

    prefix = "counterfactual"
    none_exists = forms.BooleanField(
        label=gettext_lazy("No comparable model exists"),
        required=False,
        help_text=gettext_lazy("Then say below how you searched, and leave out the rest."),
    )
    references = forms.MultipleChoiceField(
        label=gettext_lazy("Comparable models"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "invalid_choice": gettext_lazy("A model that was chosen stands no more; choose again.")
        },
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        required: bool,
        references: Sequence[Reference],
        dossier: Mapping[str, Any] | None = None,
    ) -> None:
        known = dossier or {}
        super().__init__(data, initial=_initial(known))
        self.required_form = required
        self.unavailable = [each for each in references if not each.standing.is_live]
        self._live = {
            str(each.comparable.public_id): each.comparable
            for each in references
            if each.standing.is_live
        }
        field = self.fields["references"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - declared above
        field.choices = [
            (str(each.comparable.public_id), _said(each))
            for each in references
            if each.standing.is_live
        ]
        field.help_text = (
            _("Of the register: verified, and not longer than six months ago.")
            if self._live
            else _("The register has no reference that is verified and stands.")
        )
        for key, label in CONDITIONS.items():
            self.fields[key] = forms.ChoiceField(
                label=str(label),
                required=False,
                choices=[("yes", _("Yes")), ("no", _("No"))],
                widget=forms.RadioSelect,
                help_text=_HELP[key],
            )
            self.fields[f"{key}_reasons"] = _text(_REASONS[key], 4)
        self.fields[SIMILARLY_SAFE] = _text(PARTS[SIMILARLY_SAFE], 4)
        self.fields[SIMILARLY_SAFE].help_text = _(
            "No materially different scenario of harm, scores no higher than the reference's "
            "within their error, nothing known that makes it worse, and enough visibility into "
            "the reference."
        )
        self.fields[NO_COMPARABLE] = _text(PARTS[NO_COMPARABLE], 4)
        self.order_fields(["references", *self._asked(), "none_exists", NO_COMPARABLE])

    @staticmethod
    def _asked() -> list[str]:
        return [
            *(name for key in CONDITIONS for name in (key, f"{key}_reasons")),
            SIMILARLY_SAFE,
        ]

    def clean(self) -> dict[str, Any]:
        """Ask for what is missing, each at its field, and for the form as a whole."""
        cleaned = super().clean() or {}
        for name, value in list(cleaned.items()):
            if isinstance(value, str) and value and not isinstance(self.fields[name], _Choice):
                try:
                    cleaned[name] = paragraphs(value, max_length=LONGEST)
                except ValueError as error:
                    self.add_error(name, str(error))
        if self.errors:
            return cleaned
        if cleaned.get("none_exists"):
            self._need(cleaned, NO_COMPARABLE, _("Say how you searched for comparable models."))
        elif cleaned.get(NO_COMPARABLE):
            self.add_error("none_exists", _("Tick this where no comparable model exists."))
        elif self.required_form or self._begun(cleaned):
            self._need_answers(cleaned)
        if not self.errors:
            try:
                check_parts(
                    self._parts(cleaned),
                    len(cleaned.get("references", [])),
                    required=self.required_form,
                )
            except ValueError as error:
                self.add_error("none_exists", str(error))
        return cleaned

    @property
    def begun(self) -> bool:
        """Tell whether something of it is filled in, so that it must not stand folded away."""
        return any(field.value() for field in self)

    def _begun(self, cleaned: dict[str, Any]) -> bool:
        return any(cleaned.get(name) for name in ("references", *self._asked()))

    def _need_answers(self, cleaned: dict[str, Any]) -> None:
        self._need(
            cleaned,
            "references",
            _("Choose a comparable model, or tick that none exists."),
        )
        for key in CONDITIONS:
            self._need(cleaned, key, _("Answer yes or no."))
            self._need(cleaned, f"{key}_reasons", _("Give the reasons; a sentence is enough."))

    def _need(self, cleaned: dict[str, Any], name: str, sentence: str) -> None:
        if not cleaned.get(name):
            self.add_error(name, sentence)

    @staticmethod
    def _parts(cleaned: Mapping[str, Any]) -> dict[str, str]:
        parts = {
            key: answer(holds=cleaned[key] == "yes", reasons=cleaned[f"{key}_reasons"])
            for key in CONDITIONS
            if cleaned.get(key) and cleaned.get(f"{key}_reasons")
        }
        for key in (SIMILARLY_SAFE, NO_COMPARABLE):
            if cleaned.get(key):
                parts[key] = cleaned[key]
        return parts

    def texts(self) -> dict[str, str]:
        """Return the parts of the dossier that it becomes."""
        return self._parts(self.cleaned_data)

    def chosen(self) -> list[Comparable]:
        """Return the references that were chosen."""
        return [self._live[key] for key in self.cleaned_data.get("references", [])]


_Choice = (forms.ChoiceField, forms.MultipleChoiceField)


def _text(label: Any, rows: int) -> forms.CharField:  # noqa: ANN401 - as Django's
    return forms.CharField(
        label=label,
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": rows, "maxlength": LONGEST}),
    )


def _initial(dossier: Mapping[str, Any]) -> dict[str, Any]:
    initial: dict[str, Any] = {
        "references": list(named_comparables(dossier)),
        "none_exists": bool(dossier.get(NO_COMPARABLE)),
        SIMILARLY_SAFE: dossier.get(SIMILARLY_SAFE, ""),
        NO_COMPARABLE: dossier.get(NO_COMPARABLE, ""),
    }
    for key in CONDITIONS:
        holds, reasons = split_answer(str(dossier.get(key, "")))
        initial[key] = {True: "yes", False: "no", None: None}[holds]
        initial[f"{key}_reasons"] = reasons
    return initial


def _said(reference: Reference) -> str:
    return _("%(model)s (%(level)s). %(standing)s") % {
        "model": reference.comparable,
        "level": reference.statement.get_level_display(),
        "standing": reference.standing.sentence,
    }
