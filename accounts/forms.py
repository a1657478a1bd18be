"""Forms: they check shape; services decide and save."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import PersonalToken, User
from accounts.networks import parse_networks
from common.text import one_line, paragraphs

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class LineField(forms.CharField):
    """One line of text that people will read: nothing invisible, single spaces."""

    def clean(self, value: Any) -> str:  # noqa: ANN401 - as Django declares it
        """Return the cleaned line."""
        text = super().clean(value)
        if not text:
            return ""
        try:
            return one_line(text, max_length=self.max_length or 200)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None


class ReasonField(forms.CharField):
    """Why somebody does something: a few sentences, kept with the event."""

    def __init__(self, *, label: "str | _StrPromise", help_text: "str | _StrPromise" = "") -> None:
        super().__init__(
            label=label,
            help_text=help_text,
            max_length=2000,
            widget=forms.Textarea({"rows": 3}),
            error_messages={"required": _("Give a reason.")},
        )

    def clean(self, value: Any) -> str:  # noqa: ANN401 - as Django declares it
        """Return the cleaned text."""
        try:
            return paragraphs(super().clean(value), max_length=2000)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None


class NetworksField(forms.CharField):
    """Networks in CIDR notation, separated by white space or commas."""

    def clean(self, value: Any) -> list[str]:  # noqa: ANN401 - as Django declares it
        """Return the networks in their canonical form."""
        try:
            return parse_networks(super().clean(value))
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None


def name_field() -> LineField:
    """Return the field for a person's name, the same at sign-up and later."""
    return LineField(
        label=_("Full name"),
        error_messages={"required": _("Enter your full name.")},
        max_length=150,
        help_text=_("As reviewers and your organisation know you."),
        widget=forms.TextInput({"autocomplete": "name"}),
    )


class SignupForm(forms.Form):
    """What allauth's sign-up asks for besides e-mail address and password."""

    full_name = name_field()
    field_order = ["full_name", "email", "password1", "password2"]

    def signup(self, request: HttpRequest, user: User) -> None:
        """Nothing is left to do: the adapter saved the person with their name."""


class ProfileForm(forms.Form):
    """One's own profile."""

    full_name = name_field()


class TokenForm(forms.Form):
    """A new personal token."""

    name = LineField(
        label=_("Name"),
        max_length=80,
        error_messages={"required": _("Enter a name, so that you can tell your tokens apart.")},
        help_text=_("Where you will use it, for example: training cluster."),
    )
    rights = forms.MultipleChoiceField(
        label=_("Rights"),
        error_messages={"required": _("Choose at least one right.")},
        choices=PersonalToken.Right.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("A token never opens more than you may yourself. Choose only what it needs."),
    )
    networks = NetworksField(
        label=_("Networks"),
        required=False,
        max_length=2000,
        help_text=_(
            "The only networks that it may be used from, one a line: for example 192.0.2.0/24 or "
            "2001:db8::/32. Leave it empty to allow all."
        ),
        widget=forms.Textarea({"rows": 2, "autocomplete": "off", "spellcheck": "false"}),
    )
    days = forms.TypedChoiceField(
        label=_("Ends after"),
        error_messages={"required": _("Choose when the token ends.")},
        coerce=int,
        choices=[
            ("7", _("7 days")),
            ("30", _("30 days")),
            ("90", _("90 days")),
            ("365", _("one year")),
            ("0", _("on a day of my choice")),
        ],
        initial="30",
        widget=forms.RadioSelect,
    )
    ends_on = forms.DateField(
        label=_("Last day"),
        required=False,
        help_text=_("Only for a day of your choice, within a year: for example 2027-03-31."),
        widget=forms.DateInput({"type": "date"}),
    )

    def clean(self) -> dict[str, Any]:
        """Turn the choice of an end into a time."""
        data = super().clean() or {}
        if "days" not in data or "ends_on" not in data:
            return data
        if data["days"]:
            data["expires_at"] = timezone.now() + timedelta(days=data["days"])
            return data
        last = data["ends_on"]
        today = timezone.localdate()
        if last is None:
            self.add_error("ends_on", _("Choose the last day."))
        elif not today <= last <= today + timedelta(days=365):
            self.add_error("ends_on", _("Choose a day from today on, within a year."))
        else:
            data["expires_at"] = timezone.make_aware(datetime.combine(last, datetime.max.time()))
        return data


class DeviceCodeForm(forms.Form):
    """The code that a device shows."""

    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        error_messages={"required": _("Enter the code that your device shows.")},
        help_text=_("Eight letters, for example BCDF-GHJK."),
        widget=forms.TextInput(
            {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )


class ApproveDeviceForm(forms.Form):
    """What a device may do."""

    rights = forms.MultipleChoiceField(
        label=_("What it may do"),
        error_messages={"required": _("Choose at least one right, or deny the sign-in.")},
        choices=PersonalToken.Right.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Never more than you may yourself. Choose only what you need it for."),
    )


class EndMembershipForm(forms.Form):
    """Why a membership ends."""

    reason = ReasonField(
        label=_("Reason"), help_text=_("Kept in the record and sent to the member.")
    )
