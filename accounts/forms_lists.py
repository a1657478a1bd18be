"""The form of a list's file."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import ScreeningList

NEW = "new"


class UploadListForm(forms.Form):
    """Which list, which file; a new list has a title and a format."""

    on_list = forms.ChoiceField(
        label=gettext_lazy("List"),
        error_messages={"required": gettext_lazy("Choose the list that the file is of.")},
    )
    title = forms.CharField(
        label=gettext_lazy("Title of a new list"), max_length=120, required=False
    )
    format_name = forms.ChoiceField(
        label=gettext_lazy("Format of a new list"),
        choices=[("", gettext_lazy("Choose")), *ScreeningList.Format.choices],
        required=False,
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "CSV in UTF-8 as its publisher has it, up to 60 MB. It is taken whole or not at all."
        ),
        allow_empty_file=True,
        error_messages={
            "required": gettext_lazy("Choose the file; after an error, choose it again.")
        },
    )
    may_shrink = forms.BooleanField(
        label=gettext_lazy("It may have less than half of the entries that are in force"),
        required=False,
        help_text=gettext_lazy("Tick this only if you know why the list is so much shorter."),
    )

    def __init__(
        self,
        lists: Sequence[ScreeningList],
        data: Any = None,  # noqa: ANN401 - as Django declares it
        files: Any = None,  # noqa: ANN401
        *,
        too_large: Sequence[str] = (),
        chosen: str = "",
    ) -> None:
        super().__init__(data, files, initial={"on_list": chosen})
        self._lists = {str(each.pk): each for each in lists}
        field = self.fields["on_list"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = [
            ("", _("Choose")),
            *((key, str(each)) for key, each in self._lists.items()),
            (NEW, _("A new list")),
        ]
        self._too_large = too_large
        self.fields["file"].required = not too_large

    def clean(self) -> dict[str, Any]:
        """Return the list itself; a new one says what it is."""
        cleaned = super().clean() or {}
        for sentence in self._too_large:
            self.add_error("file", sentence)
        # It was left out of the request only because it is too large.
        self.fields["file"].required = True
        chosen = cleaned.get("on_list", "")
        if chosen == NEW:
            if not cleaned.get("title"):
                self.add_error("title", _("Give the new list a title."))
            if not cleaned.get("format_name"):
                self.add_error("format_name", _("Choose the format of the new list."))
        cleaned["on_list"] = self._lists.get(chosen)
        if cleaned["on_list"] is not None:
            self._refuse_words_of_a_new_one(cleaned)
        return cleaned

    def _refuse_words_of_a_new_one(self, cleaned: dict[str, Any]) -> None:
        """Keep the file of one list from taking the place of another that was left chosen."""
        for name in ("title", "format_name"):
            if cleaned.get(name):
                sentence = _(
                    "The file would be one of %(list)s. Choose “A new list” above, or leave this "
                    "empty."
                )
                self.add_error(name, sentence % {"list": cleaned["on_list"]})
