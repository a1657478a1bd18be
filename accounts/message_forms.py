"""Forms over one's messages: which of them to see, and how to get those to come."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.digest_times import zone_names
from accounts.models import User
from accounts.notices import OPTIONAL_GROUPS, OWN_GROUPS, WORK_GROUPS, Delivery, Group
from accounts.selectors.messages import InboxFilter


class InboxFilterForm(forms.Form):
    """Which of one's messages to show. Everything may stay empty."""

    unread = forms.BooleanField(label=gettext_lazy("Unread only"), required=False)
    group = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        required=False,
        choices=[
            ("", gettext_lazy("All kinds")),
            *[(group.value, group.label) for group in (*OWN_GROUPS, *WORK_GROUPS)],
        ],
    )
    about = forms.ChoiceField(label=gettext_lazy("Model or release"), required=False)

    def __init__(self, names: Sequence[str], data: Any = None) -> None:  # noqa: ANN401 - as Django declares it
        super().__init__(data)
        # Of “namespace/name version” the model; what else boards decide about has no slash.
        models = {name.partition(" ")[0] for name in names if "/" in name.partition(" ")[0]}
        field = self.fields["about"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        offered = sorted(models | set(names))
        field.choices = [("", _("All models")), *[(name, name) for name in offered]]

    def chosen(self) -> InboxFilter:
        """Return what was chosen, once the form is valid."""
        data = self.cleaned_data
        group = Group(data["group"]) if data["group"] else None
        return InboxFilter(unread=data["unread"], group=group, about=data["about"])


class MailForm(forms.Form):
    """How one wants the messages of each group that can be turned off."""

    time_zone = forms.ChoiceField(
        label=gettext_lazy("Your time zone"),
        required=False,
        error_messages={"invalid_choice": gettext_lazy("Choose a time zone from the list.")},
    )

    def __init__(
        self,
        user: User,
        deliveries: Mapping[Group, Delivery],
        default_zone: str,
        data: Any = None,  # noqa: ANN401 - as Django declares it
    ) -> None:
        super().__init__(data, initial={"time_zone": user.time_zone})
        for group in OPTIONAL_GROUPS:
            self.fields[group.value] = forms.ChoiceField(
                label=group.label,
                choices=Delivery.choices,
                initial=deliveries[group].value,
                widget=forms.RadioSelect,
                error_messages={
                    "required": _("Choose how you want these messages."),
                    "invalid_choice": _("Choose one of the three."),
                },
            )
        zone = self.fields["time_zone"]
        assert isinstance(zone, forms.ChoiceField)  # noqa: S101 - for the type checker
        names = [(name, name.replace("_", " ")) for name in zone_names()]
        zone.choices = [("", _("The portal's own (%(zone)s)") % {"zone": default_zone}), *names]

    def groups(self, among: Sequence[Group]) -> Iterator[tuple[Group, BoundField]]:
        """Yield the groups among some that can be turned off, each with its field."""
        return ((group, self[group.value]) for group in among if group in OPTIONAL_GROUPS)

    def chosen(self) -> dict[Group, Delivery]:
        """Return what was chosen, once the form is valid."""
        return {group: Delivery(self.cleaned_data[group.value]) for group in OPTIONAL_GROUPS}
