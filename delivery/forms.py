"""Forms of delivery: they check shape; services decide and save."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from delivery.services import LIFETIMES, MOST_FILES
from releases.models import Artifact

ALL = "all"


class LinkForm(forms.Form):
    """Which file, or all of them, and for how long."""

    def __init__(self, artifacts: Sequence[Artifact], data: Any = None, **more: Any) -> None:  # noqa: ANN401 - as Django declares it
        super().__init__(data, **more)
        self._artifacts = {str(artifact.pk): artifact for artifact in artifacts}
        files = [(str(artifact.pk), artifact.path) for artifact in artifacts]
        if len(files) <= MOST_FILES:
            every = _("All %(count)d files, a link each") % {"count": len(files)}
            files = [*files, (ALL, every)]
        hours = [(each, ngettext("%d hour", "%d hours", each) % each) for each in LIFETIMES]
        self.fields["file"] = forms.ChoiceField(label=_("File"), choices=files)
        self.fields["hours"] = forms.TypedChoiceField(
            label=_("How long it works"), choices=hours, coerce=int
        )

    @property
    def chosen(self) -> list[Artifact]:
        """Return the files that were chosen."""
        wanted = self.cleaned_data["file"]
        return list(self._artifacts.values()) if wanted == ALL else [self._artifacts[wanted]]
