"""Forms of suspensions of a selection: which grants, why, and which are left out."""

import re
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Organization
from common.countries import COUNTRIES
from licensing.forms import ReasonForm, TypedField
from licensing.models import Grant
from licensing.questions.kinds import Track
from licensing.selection import Criteria, HolderKind, Origin
from licensing.selectors import suspensions
from releases.choices import AccessMode
from releases.models import Model

ANY = ("", gettext_lazy("Any"))
WORD = "suspend"
REVIEW_AFTER = timedelta(days=14)
_CODES = {name.casefold(): code for code, name in COUNTRIES.items()}


def country_codes(text: str) -> list[str]:
    """Read countries by code or English name, separated by commas, semicolons or lines.

    Raises ValueError with a sentence that names what is none.
    """
    found = []
    for part in re.split(r"[,;\n]", text):
        word = " ".join(part.split())
        if not word:
            continue
        code = word.upper() if word.upper() in COUNTRIES else _CODES.get(word.casefold(), "")
        if not code:
            raise ValueError(
                _("“%(word)s” is no country: write its two-letter code or its English name.")
                % {"word": word[:80]}
            )
        found.append(code)
    return sorted(set(found))


class SelectionForm(forms.Form):
    """Which grants are meant. Whatever is left open means all."""

    model = forms.ChoiceField(
        label=gettext_lazy("In the name of"),
        help_text=gettext_lazy("The board of this model is the one that may lift the suspension."),
    )
    every_model = forms.BooleanField(
        label=gettext_lazy("Grants of every model of this portal, not of this one alone"),
        required=False,
    )
    access_modes = forms.MultipleChoiceField(
        label=gettext_lazy("Only at stages of this kind"),
        required=False,
        choices=[choice for choice in AccessMode.choices if choice[0] != AccessMode.NONE],
        widget=forms.CheckboxSelectMultiple,
    )
    countries = forms.CharField(
        label=gettext_lazy("Only holders in these countries"),
        required=False,
        max_length=4000,
        help_text=gettext_lazy(
            "Codes or English names, separated by commas. An organisation's own country; of a "
            "person without one, the country on the application."
        ),
    )
    all_other_countries = forms.BooleanField(
        label=gettext_lazy("The other way round: holders in every country but these"),
        required=False,
    )
    unknown_country = forms.BooleanField(
        label=gettext_lazy("Holders whose country is not known, too"), required=False
    )
    organization = forms.CharField(
        label=gettext_lazy("Only grants of this organisation"),
        required=False,
        max_length=80,
        help_text=gettext_lazy("Its short name, as in the address of its page."),
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )
    holder_kind = forms.ChoiceField(
        label=gettext_lazy("Only grants held by"),
        required=False,
        choices=[ANY, *HolderKind.choices],
    )
    origin = forms.ChoiceField(
        label=gettext_lazy("Only grants given"), required=False, choices=[ANY, *Origin.choices]
    )

    track = forms.ChoiceField(
        label=gettext_lazy("Only grants by applications of"),
        required=False,
        choices=[ANY, *Track.choices],
    )

    def __init__(self, models: Sequence[Model], data: Any = None) -> None:  # noqa: ANN401 - as Django declares it
        super().__init__(data)
        self._models = {str(model): model for model in models}
        field = self.fields["model"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = [
            (name, _("%(model)s, before %(board)s") % {"model": name, "board": model.board})
            for name, model in self._models.items()
        ]

    def clean_countries(self) -> list[str]:
        """Return the codes."""
        try:
            return country_codes(self.cleaned_data["countries"])
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None

    def clean_organization(self) -> Organization | None:
        """Return the organisation itself."""
        slug = self.cleaned_data["organization"].lower()
        if not slug:
            return None
        found = Organization.objects.filter(slug=slug).first()
        if found is None:
            raise forms.ValidationError(_("There is no organisation with this short name."))
        return found

    def clean(self) -> dict[str, Any]:
        """Refuse what selects nothing in particular."""
        data = super().clean() or {}
        if data.get("all_other_countries") and not data.get("countries", True):
            self.add_error("countries", _("Name the countries whose holders are not meant."))
        if not self.errors and self.criteria.is_empty:
            self.add_error(None, _("Say which grants: at least one criterion is needed."))
        return data

    @property
    def named(self) -> Model:
        """Return the model in whose name it is."""
        return self._models[self.cleaned_data["model"]]

    @property
    def criteria(self) -> Criteria:
        """Return what is selected."""
        data = self.cleaned_data
        organization = data["organization"]
        model = None if data["every_model"] else self.named
        return Criteria(
            model=model.pk if model else None,
            organization=organization.pk if organization else None,
            access_modes=tuple(data["access_modes"]),
            countries=tuple(data["countries"]),
            all_other_countries=data["all_other_countries"],
            unknown_country=data["unknown_country"],
            holder_kind=data["holder_kind"],
            origin=data["origin"],
            track=data["track"],
            model_name=str(model or ""),
            organization_name=organization.name if organization else "",
        )


class PlaceSuspensionForm(ReasonForm):
    """Why, until when it is to be looked at again, and which grants go on all the same."""

    review_on = forms.DateField(
        label=gettext_lazy("To be reviewed on"),
        help_text=gettext_lazy(
            "You and the board are asked then. It ends by nothing but a motion."
        ),
        widget=forms.DateInput({"type": "date"}),
    )
    leave_out = forms.CharField(
        label=gettext_lazy("Grants that go on"),
        required=False,
        max_length=60_000,
        widget=forms.Textarea({"rows": 4, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "One a line: the short name of an organisation, the e-mail address of a person or the "
            "id of a grant; then a colon and the reason."
        ),
    )
    field_order = ["reason", "review_on", "leave_out", "typed"]

    def __init__(
        self,
        criteria: Criteria,
        governed: Sequence[int],
        data: Any = None,  # noqa: ANN401 - as Django declares it
    ) -> None:
        super().__init__(data, initial={"review_on": timezone.localdate() + REVIEW_AFTER})
        self._criteria, self._governed = criteria, governed
        self.fields["typed"] = TypedField(WORD)

    def clean_review_on(self) -> datetime:
        """Return the end of the day, which is to come."""
        day = self.cleaned_data["review_on"]
        today = timezone.localdate()
        if not today <= day < today + timedelta(days=365):
            raise forms.ValidationError(_("Choose a day to come, within a year."))
        return timezone.make_aware(datetime.combine(day, time(23, 59)))

    def clean_leave_out(self) -> list[tuple[Grant, str]]:
        """Return the grants, each with its reason. Every line that is wrong is told."""
        left_out: dict[int, tuple[Grant, str]] = {}
        errors = []
        lines = [line for line in self.cleaned_data["leave_out"].splitlines() if line.strip()]
        for line in lines[:501]:
            who, _colon, why = (part.strip() for part in line.partition(":"))
            found = self._grants_of(who) if why else []
            if not why:
                errors.append(_("“%(who)s”: a colon and a reason are missing.") % {"who": who[:80]})
            elif not found:
                errors.append(
                    _("“%(who)s” has no grant among those that you select.") % {"who": who[:80]}
                )
            for grant in found:
                left_out[grant.pk] = (grant, why)
        if errors:
            raise forms.ValidationError(errors)
        return list(left_out.values())

    def _grants_of(self, who: str) -> list[Grant]:
        grants = suspensions.selected(self._criteria).filter(model__in=self._governed)
        try:
            by_id = grants.filter(public_id=UUID(who))
        except ValueError:
            column = "person__email__iexact" if "@" in who else "organization__slug"
            by_id = grants.filter(**{column: who if "@" in who else who.lower()})
        return list(by_id.select_related("model", "organization", "person").order_by("pk"))
