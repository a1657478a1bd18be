"""Forms of delivery: they check shape; services decide and save."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from delivery.choices import Outcome, Way
from delivery.services import LIFETIMES, MOST_FILES
from releases.models import Artifact, Release

ALL = "all"
# A page with an option for each of very many files would be megabytes.
MOST_OFFERED = 500


class LinkForm(forms.Form):
    """Which file, or all of them, and for how long."""

    def __init__(self, artifacts: Sequence[Artifact], data: Any = None, **more: Any) -> None:  # noqa: ANN401 - as Django declares it
        super().__init__(data, **more)
        self._artifacts = {str(artifact.pk): artifact for artifact in artifacts}
        offered = self._offered()
        files = [(key, self._artifacts[key].path) for key in offered]
        if len(artifacts) <= MOST_FILES:
            every = _("All %(count)d files, a link each") % {"count": len(artifacts)}
            files.append((ALL, every))
        hours = [(each, ngettext("%d hour", "%d hours", each) % each) for each in LIFETIMES]
        self.fields["file"] = forms.ChoiceField(label=_("File"), choices=files)
        if len(artifacts) > MOST_OFFERED:
            self.fields["file"].help_text = _(
                "The first %(most)d of %(count)d files are offered. For another one, add "
                "?file= and its path to the address of this page."
            ) % {"most": MOST_OFFERED, "count": len(artifacts)}
        self.fields["hours"] = forms.TypedChoiceField(
            label=_("How long it works"), choices=hours, coerce=int
        )

    def _offered(self) -> list[str]:
        """Return the first files, and the one that was asked for wherever it stands."""
        first = list(self._artifacts)[:MOST_OFFERED]
        asked = str(self.data.get("file") or self.initial.get("file") or "")
        return [*first, asked] if asked in self._artifacts and asked not in first else first

    @property
    def chosen(self) -> list[Artifact]:
        """Return the files that were chosen."""
        wanted = self.cleaned_data["file"]
        return list(self._artifacts.values()) if wanted == ALL else [self._artifacts[wanted]]


class DownloadFilterForm(forms.Form):
    """Which downloads to show. Releases are offered where there are any to choose from."""

    def __init__(self, releases: Sequence[Release], data: Any = None) -> None:  # noqa: ANN401 - as Django declares it
        super().__init__(data)
        if releases:
            offered = [(str(each.pk), str(each)) for each in releases]
            self._offer("release", _("Release"), [("", _("All releases")), *offered])
        self._offer("way", _("How"), [("", _("Any way")), *Way.choices])
        self._offer("outcome", _("Outcome"), [("", _("Any outcome")), *Outcome.choices])
        # Chosen by a link of the page, and kept when the other filters change.
        self.fields["who"] = forms.CharField(
            widget=forms.HiddenInput, required=False, max_length=36
        )

    def _offer(self, name: str, label: str, choices: Sequence[tuple[str, Any]]) -> None:
        self.fields[name] = forms.ChoiceField(label=label, choices=choices, required=False)

    def conditions(self) -> dict[str, str]:
        """Return what was chosen, as conditions on downloads."""
        return {name: value for name, value in self.cleaned_data.items() if value and name != "who"}
