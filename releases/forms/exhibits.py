"""The part of a dossier's form in which evidence is chosen and documents are attached."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.documents import TAKEN
from common.uploads import MOST_FILES
from releases.forms.files import FilesInput, say_limits
from releases.models import Document, Evidence

MOST_ATTACHMENTS = 20


class ExhibitsForm(forms.Form):
    """Which evidence and which documents the dossier refers to."""

    evidence = forms.MultipleChoiceField(
        label=gettext_lazy("Evidence"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("What the board is to look at, of what stands for this release."),
        error_messages={
            "invalid_choice": gettext_lazy("Evidence that was chosen stands no more; choose again.")
        },
    )
    kept = forms.MultipleChoiceField(
        label=gettext_lazy("Attached documents"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("They have arrived. Untick what is not to be attached."),
    )
    attachments = forms.FileField(
        label=gettext_lazy("Attach documents"),
        required=False,
        help_text=gettext_lazy("The board reads them; they become part of the dossier."),
        widget=FilesInput(attrs={"multiple": True}),
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        standing: Sequence[Evidence] = (),
        documents: Sequence[Document] = (),
        initial: dict[str, Any] | None = None,
        most_bytes: int = 0,
    ) -> None:
        super().__init__(data, initial=initial)
        self._evidence = {str(each.public_id): each for each in standing}
        self._documents = {str(each.public_id): each for each in documents}
        self._offer("evidence", [(key, _said(each)) for key, each in self._evidence.items()])
        self._offer("kept", [(key, each.name) for key, each in self._documents.items()])
        say_limits(
            self.fields["attachments"], f"{TAKEN}.", most_bytes=most_bytes, most_files=MOST_FILES
        )

    def _offer(self, name: str, choices: Sequence[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = list(choices)
        if not choices:
            del self.fields[name]

    def clean_kept(self) -> list[str]:
        """Refuse more than a board will read."""
        kept: list[str] = self.cleaned_data["kept"]
        if len(kept) > MOST_ATTACHMENTS:
            raise forms.ValidationError(
                _("Attach %(most)d documents at most.") % {"most": MOST_ATTACHMENTS}
            )
        return kept

    def exhibits(self) -> dict[str, list[Any]]:
        """Return what was chosen, as the services take it."""
        return {
            "evidence": [self._evidence[key] for key in self.cleaned_data.get("evidence", [])],
            "attachments": [self._documents[key] for key in self.cleaned_data.get("kept", [])],
        }


def _said(evidence: Evidence) -> str:
    return _("%(title)s (%(type)s, expires %(day)s)") % {
        "title": evidence.title,
        "type": str(evidence.get_type_display()).lower(),
        "day": date_format(evidence.expires_at, "j M Y"),
    }
