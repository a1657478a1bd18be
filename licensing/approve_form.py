"""The forms that say what is granted: the approval, and the download quota of a grant."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Tier, User
from licensing import application_form
from licensing import scope as scopes
from licensing.application_form import Answers
from licensing.forms import LongTextField, ReasonForm
from licensing.models import Application, Mode
from licensing.selectors import grant_before, person_name
from licensing.volume import GIGABYTE, MOST_BYTES, MOST_DAYS, Volume


class VolumeFields(forms.Form):
    """How much may be downloaded; both fields, or neither for no quota."""

    volume_gb = forms.DecimalField(
        label=gettext_lazy("Download quota, in GB"),
        required=False,
        min_value=Decimal("0.001"),
        max_value=MOST_BYTES // GIGABYTE,
        decimal_places=3,
        help_text=gettext_lazy("Leave it empty for no quota. A download counts once it begins."),
    )
    volume_days = forms.IntegerField(
        label=gettext_lazy("Counted over how many days"),
        required=False,
        min_value=1,
        max_value=MOST_DAYS,
    )

    def clean(self) -> dict[str, Any]:
        """Refuse a quota without its days, and days without a quota."""
        data = super().clean() or {}
        amount, days = data.get("volume_gb"), data.get("volume_days")
        if amount is not None and days is None and "volume_days" not in self.errors:
            self.add_error("volume_days", _("Say over how many days the quota counts."))
        if days is not None and amount is None and "volume_gb" not in self.errors:
            self.add_error("volume_gb", _("Say how many GB the quota is."))
        return data

    def volume(self) -> Volume | None:
        """Return the quota that was filled in."""
        amount, days = self.cleaned_data["volume_gb"], self.cleaned_data["volume_days"]
        return Volume(int(amount * GIGABYTE), days) if amount is not None else None


def _filled_in(volume: Volume | None) -> dict[str, Any]:
    if volume is None:
        return {}
    amount = Decimal(volume.bytes) / GIGABYTE
    return {"volume_gb": f"{amount:f}", "volume_days": volume.days}


class VolumeForm(VolumeFields, ReasonForm):
    """The quota of a grant that exists, and why."""

    field_order = ["volume_gb", "volume_days", "reason"]

    def __init__(self, data: Any = None, *, volume: Volume | None) -> None:  # noqa: ANN401 - as Django declares it
        super().__init__(data, initial=_filled_in(volume))


class ApproveForm(VolumeFields):
    """What is granted: at most what was asked for."""

    field_order = [
        "modes",
        "uses",
        "environments",
        "sectors",
        "regions",
        "modification",
        "redistribution",
        "served",
        "usage",
        "ends_on",
    ]

    modes = forms.MultipleChoiceField(
        label=gettext_lazy("Access"), widget=forms.CheckboxSelectMultiple
    )
    uses = forms.MultipleChoiceField(
        label=gettext_lazy("Uses"), widget=forms.CheckboxSelectMultiple
    )
    environments = forms.MultipleChoiceField(
        label=gettext_lazy("Environments"), widget=forms.CheckboxSelectMultiple
    )
    sectors = forms.MultipleChoiceField(
        label=gettext_lazy("Sectors"), widget=forms.CheckboxSelectMultiple
    )
    regions = forms.MultipleChoiceField(
        label=gettext_lazy("Regions"), widget=forms.CheckboxSelectMultiple
    )
    modification = forms.MultipleChoiceField(
        label=gettext_lazy("Modification"), widget=forms.CheckboxSelectMultiple, required=False
    )
    redistribution = forms.ChoiceField(
        label=gettext_lazy("Redistribution"), widget=forms.RadioSelect
    )
    served = forms.ChoiceField(label=gettext_lazy("End users"), widget=forms.RadioSelect)
    usage = forms.ChoiceField(label=gettext_lazy("Volume of use"), widget=forms.RadioSelect)
    ends_on = forms.DateField(
        label=gettext_lazy("Runs until"),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("The grant ends at the end of this day."),
    )
    named_users = forms.MultipleChoiceField(
        label=gettext_lazy("Named users"),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("The applicant, and colleagues they listed who have accounts here."),
    )
    tier = forms.TypedChoiceField(
        label=gettext_lazy("Vetting"),
        coerce=int,
        empty_value=None,
        required=False,
        help_text=gettext_lazy(
            "Say to which tier you vetted the named people and the organisation. It counts for "
            "a year and for every model."
        ),
        choices=[
            ("", gettext_lazy("No change")),
            *[(tier.value, f"{tier.value}: {tier.label}") for tier in Tier if tier.value],
        ],
    )

    grounds = LongTextField(
        label=gettext_lazy("Grounds, for a second reviewer"),
        required=False,
        rows=4,
        help_text=gettext_lazy(
            "Needed where a second reviewer confirms, as for tier 3: why you would approve it. "
            "The applicant does not see it."
        ),
    )

    def __init__(
        self,
        application: Application,
        users: Sequence[User],
        tier_needed: int,
        data: Any = None,  # noqa: ANN401 - as Django declares it
    ) -> None:
        asked = application.answers
        users_by_key = {str(user.pk): user for user in users}
        former = grant_before(application)
        initial = {**_asked(asked), "named_users": list(users_by_key)}
        super().__init__(data, initial=initial | _filled_in(former.volume if former else None))
        self.users = users_by_key
        if tier_needed:
            self.fields["tier"].help_text = _(
                "Releases of this model ask for tier %(tier)d. Say to which tier you vetted the "
                "named people and the organisation. It counts for a year and for every model."
            ) % {"tier": tier_needed}
        self._offer("modes", dict(Mode.choices), asked.get("modes", []))
        for key, labels in _SCOPE_LABELS.items():
            self._offer(key, labels, asked.get(key, []))
        self._offer("named_users", {key: person_name(user) for key, user in self.users.items()})
        for key, (levels, _name) in scopes.LEVELS.items():
            self._offer(key, levels, scopes.up_to(key, initial.get(key)))

    def _offer(self, name: str, labels: scopes.Labels, keys: Sequence[str] | None = None) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = [
            (key, label) for key, label in labels.items() if keys is None or key in keys
        ]

    def granted(self) -> dict[str, Any]:
        """Return the arguments of the service."""
        data = self.cleaned_data
        scope = {key: data[key] for key in scopes.SCOPE_KEYS}
        next_day = datetime.combine(data["ends_on"] + timedelta(days=1), time.min)
        return {
            "modes": data["modes"],
            "scope": scope,
            "ends_at": timezone.make_aware(next_day),
            "named_users": [self.users[key] for key in data["named_users"]],
            "tier": data["tier"],
            "volume": self.volume(),
        }

    def clean_ends_on(self) -> Any:  # noqa: ANN401 - as Django declares it
        """Refuse a day that has passed or lies too far ahead."""
        day, today = self.cleaned_data["ends_on"], timezone.localdate()
        if day < today:
            raise forms.ValidationError(_("Choose a date in the future."))
        if day > application_form.latest_end(today):
            raise forms.ValidationError(_("Choose a date within three years."))
        return day


_SCOPE_LABELS: dict[str, scopes.Labels] = {
    "uses": scopes.USES,
    "environments": scopes.ENVIRONMENTS,
    "sectors": scopes.SECTORS,
    "regions": scopes.REGIONS,
    "modification": scopes.MODIFICATIONS,
}


def _asked(answers: Answers) -> dict[str, Any]:
    keys = ["modes", *scopes.SCOPE_KEYS]
    asked = {key: answers[key] for key in keys if key in answers}
    return {**scopes.UNASKED, **asked, "ends_on": answers.get("end_date")}
