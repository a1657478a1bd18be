"""Forms of country tables and of export licences."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Organization
from common.plain_yaml import MOST_CHARACTERS
from common.suggesting import SuggestingInput
from licensing.forms import LongTextField, ReasonForm
from licensing.suspension_forms import country_codes


class CountryTableForm(forms.Form):
    """The text of a table, from when it counts, and why."""

    text = forms.CharField(
        label=gettext_lazy("The table, as YAML"),
        max_length=MOST_CHARACTERS,
        strip=False,
        required=False,
        widget=forms.Textarea({"rows": 24, "spellcheck": "false", "class": "mono"}),
    )
    file = forms.FileField(
        label=gettext_lazy("Or a file, which replaces the text above"),
        required=False,
        help_text=gettext_lazy("YAML in UTF-8, 1 MB at most."),
    )
    in_force_on = forms.DateField(
        label=gettext_lazy("In force from"),
        required=False,
        help_text=gettext_lazy(
            "Left out: at once. A board's decision counts no sooner than taken."
        ),
        widget=forms.DateInput({"type": "date"}),
    )
    why = LongTextField(
        label=gettext_lazy("Why"),
        required=False,
        help_text=gettext_lazy("Kept with the version; needed once you have seen what changes."),
    )
    legal = LongTextField(
        label=gettext_lazy("What allows it by law"),
        required=False,
        help_text=gettext_lazy("For the board, where the table loosens anything."),
    )

    def __init__(
        self,
        data: Any = None,  # noqa: ANN401 - as Django declares it
        files: Any = None,  # noqa: ANN401
        *,
        text: str = "",
        too_large: Sequence[str] = (),
    ) -> None:
        if data is not None and files and "file" in files:
            # What was chosen is shown in the text from then on, so that no error loses it.
            data = data.copy()
            self._problem = ""
            try:
                data["text"] = files["file"].read().decode("utf-8-sig")
            except UnicodeDecodeError:
                self._problem = _("The file is not UTF-8 text.")
        else:
            self._problem = ""
        super().__init__(data, files, initial={"text": text})
        self._too_large = too_large

    def clean(self) -> dict[str, Any]:
        """Ask for a text, and say why a file did not arrive."""
        cleaned = super().clean() or {}
        for problem in [*self._too_large, *([self._problem] if self._problem else [])]:
            self.add_error("file", problem)
        if not {"text", "file"} & set(self.errors) and not cleaned.get("text", "").strip():
            self.add_error("text", _("Write the table, or choose its file."))
        # Browsers send line ends of their own; the text and its digest have one kind.
        if "text" in cleaned:
            cleaned["text"] = cleaned["text"].replace("\r\n", "\n")
        return cleaned

    def clean_in_force_on(self) -> datetime | None:
        """Return the beginning of the day, if it is to come."""
        day = self.cleaned_data["in_force_on"]
        if day is None or day <= timezone.localdate():
            if day is not None and day < timezone.localdate():
                raise forms.ValidationError(_("The date lies in the past."))
            return None
        return timezone.make_aware(datetime.combine(day, time.min))


class LicenceForm(forms.Form):
    """What an authority lets an organisation have."""

    organization = forms.CharField(
        label=gettext_lazy("Organisation"),
        max_length=200,
        help_text=gettext_lazy(
            "Its name. Those that have a grant for the model, or applied for it, are suggested."
        ),
        widget=SuggestingInput({"autocomplete": "off", "spellcheck": "false"}),
    )
    authority = forms.CharField(label=gettext_lazy("Authority"), max_length=200)
    number = forms.CharField(label=gettext_lazy("Number of the licence"), max_length=100)
    countries = forms.CharField(
        label=gettext_lazy("Countries that it covers"),
        max_length=2000,
        help_text=gettext_lazy("Codes or English names, separated by commas."),
    )
    ends_on = forms.DateField(
        label=gettext_lazy("Its last day"), widget=forms.DateInput({"type": "date"})
    )
    note = LongTextField(label=gettext_lazy("Note"), required=False)
    file = forms.FileField(
        label=gettext_lazy("The document"),
        help_text=gettext_lazy(
            "PDF, plain text, PNG, JPEG or WebP. It is stored encrypted; after an error, choose it "
            "again."
        ),
        allow_empty_file=True,
        error_messages={"required": gettext_lazy("Choose the document.")},
    )

    def __init__(
        self,
        data: Any = None,  # noqa: ANN401 - as Django declares it
        files: Any = None,  # noqa: ANN401
        *,
        too_large: Sequence[str] = (),
        suggested: Sequence[Organization] = (),
    ) -> None:
        super().__init__(data, files)
        self._too_large = too_large
        self.fields["file"].required = not too_large
        widget = self.fields["organization"].widget
        assert isinstance(widget, SuggestingInput)  # noqa: S101 - for the type checker
        names = Counter(each.name.lower() for each in suggested)
        # Of two with one name, each is told by its short name.
        widget.suggestions = [
            each.name if names[each.name.lower()] == 1 else each.slug for each in suggested
        ]

    def clean_organization(self) -> Organization:
        """Return the organisation itself, by its name or by its short name."""
        given = self.cleaned_data["organization"].strip()
        by_slug = Organization.objects.filter(slug=given.lower()).first()
        if by_slug is not None:
            return by_slug
        found = list(Organization.objects.filter(name__iexact=given)[:2])
        if not found:
            raise forms.ValidationError(_("There is no organisation with this name."))
        if len(found) > 1:
            raise forms.ValidationError(
                _("Several have this name: give the short name, as in the address of its page.")
            )
        return found[0]

    def clean_countries(self) -> list[str]:
        """Return the codes."""
        try:
            return country_codes(self.cleaned_data["countries"])
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None

    def clean_ends_on(self) -> datetime:
        """Return the end of the day."""
        day = self.cleaned_data["ends_on"]
        if day < timezone.localdate():
            raise forms.ValidationError(_("The licence has ended already."))
        return timezone.make_aware(datetime.combine(day, time.min)) + timedelta(days=1)

    def clean(self) -> dict[str, Any]:
        """Say why a file did not arrive."""
        cleaned = super().clean() or {}
        for problem in self._too_large:
            self.add_error("file", problem)
        return cleaned


class WithdrawLicenceForm(ReasonForm):
    """Why a licence counts no more."""

    def __init__(self, data: Any = None) -> None:  # noqa: ANN401 - as Django declares it
        super().__init__(data)
        self.fields["reason"].help_text = gettext_lazy(
            "The leads and reviewers of the model read it here."
        )
