"""Forms about organisations, memberships and clearances: they check shape."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

from accounts.forms import LineField
from accounts.models import Membership, Organization
from common.countries import COUNTRIES

if TYPE_CHECKING:
    _OrganizationChoice = forms.ModelChoiceField[Organization]
else:
    _OrganizationChoice = forms.ModelChoiceField


class OrganizationForm(forms.Form):
    """A new organisation."""

    name = LineField(
        label=_("Legal name"),
        max_length=200,
        help_text=_("As it would stand in a contract."),
        error_messages={"required": _("Enter the legal name.")},
    )
    country = forms.ChoiceField(
        label=_("Country"),
        error_messages={"required": _("Choose the country.")},
        choices=[("", _("Choose a country")), *COUNTRIES.items()],
        help_text=_("Where the organisation is registered."),
    )
    domain = forms.CharField(
        label=_("Internet domain"),
        required=False,
        max_length=253,
        help_text=_("For example example.org. You can verify it by a link to an address there."),
    )
    registry_kind = LineField(
        label=_("Register"),
        required=False,
        max_length=40,
        help_text=_("For example LEI, ROR or Companies House. LEI and ROR numbers are checked."),
        widget=forms.TextInput({"list": "registers"}),
    )
    registry_id = LineField(
        label=_("Number in the register"),
        required=False,
        max_length=80,
        help_text=_("It tells reviewers which of several organisations of one name yours is."),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for register and number together."""
        data = super().clean() or {}
        if "registry_kind" in data and "registry_id" in data:
            if data["registry_kind"] and not data["registry_id"]:
                self.add_error("registry_id", _("Enter the number, or leave the register empty."))
            if data["registry_id"] and not data["registry_kind"]:
                self.add_error("registry_kind", _("Say which register the number is from."))
        return data


class OrganizationEditForm(OrganizationForm):
    """What an organisation says of itself, changed."""

    parent = _OrganizationChoice(
        label=_("Parent organisation"),
        required=False,
        queryset=Organization.objects.none(),
        empty_label=_("None"),
        help_text=_("You can choose among the organisations that you belong to."),
    )
    field_order = ["name", "country", "parent", "domain", "registry_kind", "registry_id"]

    def __init__(self, parents: Any, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        field = self.fields["parent"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        field.queryset = parents


class MemberForm(forms.Form):
    """Somebody who shall act for an organisation."""

    email = forms.EmailField(
        label=_("E-mail address"),
        error_messages={"required": _("Enter the e-mail address.")},
        max_length=254,
        validators=[MaxLengthValidator(254)],
        help_text=_("They get a link by which they join; they need no account beforehand."),
    )
    role = forms.ChoiceField(
        label=_("Role"), choices=Membership.Role.choices, initial=Membership.Role.MEMBER
    )


class RoleForm(forms.Form):
    """Another role for a member."""

    role = forms.ChoiceField(
        label=_("Role"), choices=Membership.Role.choices, widget=forms.RadioSelect
    )


class AddressForm(forms.Form):
    """An address at the organisation's domain."""

    address = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        error_messages={"required": _("Enter the e-mail address.")},
    )

    def __init__(self, domain: str, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.fields["address"].help_text = _("Yours at %(domain)s.") % {"domain": domain}


class DomainForm(forms.Form):
    """Where the link goes that verifies a domain."""

    address = forms.ChoiceField(
        label=_("Send the link to"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose an address.")},
    )

    def __init__(self, addresses: list[str], *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        field = self.fields["address"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [(address, address) for address in addresses]


class ConfirmForm(forms.Form):
    """Nothing but the click."""


class ChangeForm(forms.Form):
    """What changed about oneself."""

    change = forms.ChoiceField(
        label=_("What changed"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what changed.")},
        choices=[
            ("country", _("I work in another country")),
            ("affiliation", _("I work for another organisation, or for none")),
        ],
    )
