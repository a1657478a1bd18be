"""Shapes of what staff send. Services decide and save."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django import forms
from django.core.validators import MinValueValidator
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from boards.forms import ReasonedForm, ReasonField, TextField
from releases.choices import HoldKind
from releases.dossier import TRANSITION_FIELDS, URGENCY
from releases.formats import ADMISSIBLE
from releases.forms.exhibits import ExhibitsForm
from releases.models import Document, Evidence, Stage
from releases.names import check_version

NO_VERSION = gettext_lazy("Give the version a name, for example v1.0.")


class IngestForm(forms.Form):
    """Which directory, or which prefix of a bucket, becomes which version."""

    version = forms.CharField(
        label=gettext_lazy("Version"),
        max_length=64,
        help_text=gettext_lazy("For example v1.0. It cannot be changed afterwards."),
        error_messages={"required": NO_VERSION},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    directory = forms.ChoiceField(
        label=gettext_lazy("Directory"),
        required=False,
        help_text=gettext_lazy("What the operator put into the directories open to ingest."),
        error_messages={
            "invalid_choice": gettext_lazy(
                "That directory is not offered; choose one of the list."
            ),
            "required": gettext_lazy("Choose the directory to read."),
        },
    )
    bucket = forms.CharField(
        label=gettext_lazy("Prefix of a bucket"),
        required=False,
        max_length=1000,
        error_messages={"required": gettext_lazy("Give the prefix to read.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        directories: list[Path],
        buckets: list[str],
    ) -> None:
        super().__init__(data)
        self._directories = _by_name(directories)
        field = self.fields["directory"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        # With both ways in, either may stay empty; and none of several is chosen by chance.
        none = [("", "–")] if buckets or len(self._directories) > 1 else []
        field.required = not buckets
        self.fields["bucket"].required = not directories
        field.choices = [*none, *((name, name) for name in self._directories)]
        self.fields["bucket"].help_text = _("Below %(buckets)s.") % {"buckets": ", ".join(buckets)}
        if not buckets:
            del self.fields["bucket"]
        if buckets and not directories:
            del self.fields["directory"]

    def clean_version(self) -> str:
        """Refuse what cannot be a version."""
        return _checked_version(self.cleaned_data["version"])

    def clean(self) -> dict[str, Any]:
        """Take exactly one source."""
        cleaned = super().clean() or {}
        given = {name: cleaned[name] for name in ("directory", "bucket") if cleaned.get(name)}
        if len(given) > 1:
            raise forms.ValidationError(_("Give a directory or a bucket's prefix, not both."))
        if not given and not self.errors:
            raise forms.ValidationError(_("Say what to read."))
        if "directory" in given:
            cleaned["source"] = self._directories[given["directory"]]
        elif given:
            cleaned["source"] = _bucket_address(given["bucket"])
        return cleaned


def _by_name(directories: list[Path]) -> dict[str, Path]:
    """Name each by its last two parts; those that would look alike by the whole path."""
    short = {path: f"{path.parent.name}/{path.name}" for path in directories}
    count = Counter(short.values())
    return {str(path) if count[name] > 1 else name: path for path, name in short.items()}


def _bucket_address(text: str) -> str:
    if not text.startswith("s3://"):
        raise forms.ValidationError({"bucket": _("It begins with s3://, then bucket and prefix.")})
    return text


class OverrideForm(forms.Form):
    """Which formats that can run code become part of which version, and why."""

    version = forms.CharField(
        label=gettext_lazy("Version"),
        max_length=64,
        help_text=gettext_lazy("The one version that they are admitted to; it is ingested later."),
        error_messages={"required": NO_VERSION},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    formats = forms.MultipleChoiceField(
        label=gettext_lazy("Formats"),
        choices=[(suffix, suffix) for suffix in ADMISSIBLE],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one format.")},
    )
    reason = ReasonField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy(
            "Why the weights cannot be converted to safetensors. Shown on the release's page."
        ),
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def clean_version(self) -> str:
        """Refuse what cannot be a version."""
        return _checked_version(self.cleaned_data["version"])


def _checked_version(value: object) -> str:
    try:
        return check_version(str(value))
    except ValueError as error:
        raise forms.ValidationError(str(error)) from None


class TransitionForm(ExhibitsForm):
    """The dossier of a transition, and on which track it is put before the board.

    The tracks can be chosen between where `tracks` are given. An `emergency` is on the fast one
    already: only why it cannot wait can be said anew.
    """

    USUAL, FAST = "usual", "fast"

    rationale = TextField(
        label=gettext_lazy("Rationale"),
        help_text=gettext_lazy("Why this release should move, and why now."),
    )
    safety_margin = TextField(
        label=gettext_lazy("Safety margin"),
        help_text=gettext_lazy("How far the evidence is from what would be unacceptable."),
    )
    invalidation_conditions = TextField(
        label=gettext_lazy("Invalidation conditions"),
        help_text=gettext_lazy("What, if it came to light, would make this decision wrong."),
    )
    preparation = TextField(
        label=gettext_lazy("How the decision was prepared"),
        help_text=gettext_lazy("Who evaluated what, who was heard, what was controversial."),
    )
    confidence = TextField(label=gettext_lazy("Statement of confidence"), required=False)
    track = forms.ChoiceField(
        label=gettext_lazy("How the board is to decide"),
        widget=forms.RadioSelect,
        initial=USUAL,
        error_messages={"required": gettext_lazy("Choose how the board is to decide.")},
    )
    urgency = TextField(
        label=gettext_lazy("Why it cannot wait"),
        required=False,
        help_text=gettext_lazy(
            "For the fast track only: what would happen in the time that the usual track takes. "
            "The board reads it, and it stands in the record."
        ),
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        weights: bool,
        tracks: Sequence[tuple[str, str]] = (),
        emergency: bool = False,
        standing: Sequence[Evidence] = (),
        documents: Sequence[Document] = (),
        initial: dict[str, Any] | None = None,
        most_bytes: int = 0,
    ) -> None:
        super().__init__(
            data, standing=standing, documents=documents, initial=initial, most_bytes=most_bytes
        )
        self.order_fields(["track", URGENCY, *TRANSITION_FIELDS, "evidence", "kept", "attachments"])
        self._emergency = emergency
        self._offer("track", tracks)
        if not tracks and not emergency:
            del self.fields[URGENCY]
        elif emergency:
            self.fields[URGENCY].required = True
        field = self.fields["confidence"]
        field.required = weights
        field.help_text = (
            _("State positively why you are confident that the risk of releasing is minimal.")
            if weights
            else _("Required only for stages at which weights leave.")
        )

    def clean(self) -> dict[str, Any]:
        """Ask on the fast track, and only there, why it cannot wait."""
        cleaned = super().clean() or self.cleaned_data
        urgency, track = cleaned.get(URGENCY), cleaned.get("track")
        if track == self.FAST and urgency == "":
            self.add_error(URGENCY, _("Say why it cannot wait; a sentence is enough."))
        elif track == self.USUAL and urgency:
            self.add_error(URGENCY, _("Choose the fast track above, or leave this empty."))
        return cleaned

    @property
    def emergency(self) -> bool:
        """Whether it is, or is to be, put on the fast track."""
        return self._emergency or self.cleaned_data.get("track") == self.FAST

    def texts(self) -> dict[str, str]:
        """Return the dossier's texts."""
        names = (*TRANSITION_FIELDS, *([URGENCY] if self.emergency else []))
        return {name: self.cleaned_data[name] for name in names}


class HoldForm(forms.Form):
    """What to stop, and why."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What to stop"),
        choices=[
            (HoldKind.ALL.value, gettext_lazy("Nothing leaves: no download, no API call")),
            (
                HoldKind.ADMISSIONS.value,
                gettext_lazy("No new grants: whoever is admitted keeps access"),
            ),
        ],
        widget=forms.RadioSelect,
        initial=HoldKind.ALL.value,
        error_messages={"required": gettext_lazy("Choose what the hold stops.")},
    )
    reason = ReasonField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Shown to everybody whom the hold affects."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class LiftForm(forms.Form):
    """The dossier of a motion to lift a hold."""

    rationale = TextField(
        label=gettext_lazy("Rationale"),
        help_text=gettext_lazy("Why the hold is no longer needed."),
    )
    remedy = TextField(
        label=gettext_lazy("Remedy"),
        help_text=gettext_lazy("What was done about the cause, and how that was checked."),
    )


class WithdrawForm(ReasonedForm):
    """Why, and a typed confirmation."""

    reason = ReasonField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Shown to everybody whom this affects, and kept on record."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    field_order = ["reason", "typed"]


class DemoteForm(WithdrawForm):
    """To which lower stage, why, and a typed confirmation."""

    to_stage = forms.ChoiceField(
        label=gettext_lazy("Move down to"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose the stage to move down to.")},
    )
    field_order = ["to_stage", "reason", "typed"]

    def __init__(self, data: QueryDict | None = None, *, word: str, stages: list[Stage]) -> None:
        super().__init__(data, word=word)
        self._stages = {stage.slug: stage for stage in stages}
        field = self.fields["to_stage"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [
            (stage.slug, f"{stage.name} ({stage.get_access_mode_display()})") for stage in stages
        ]

    def clean_to_stage(self) -> Stage:
        """Return the stage itself."""
        return self._stages[str(self.cleaned_data["to_stage"])]


class RaiseCapForm(forms.Form):
    """How many at most, and the dossier of the motion for it."""

    cap = forms.IntegerField(
        label=gettext_lazy("New cap"),
        help_text=gettext_lazy("How many organisations at most, those that are in among them."),
    )
    rationale = TextField(
        label=gettext_lazy("Rationale"),
        help_text=gettext_lazy("Why more should get access now, and why this many."),
    )
    experience = TextField(
        label=gettext_lazy("What the present cohort has shown"),
        help_text=gettext_lazy("What those who are in did with it, and what went wrong."),
    )

    def __init__(self, data: QueryDict | None = None, *, present: int) -> None:
        super().__init__(data)
        field = self.fields["cap"]
        assert isinstance(field, forms.IntegerField)  # noqa: S101 - declared above
        field.min_value = present + 1
        field.validators.append(MinValueValidator(present + 1))
        field.widget.attrs["min"] = present + 1


class LowerCapForm(forms.Form):
    """How many at most from now on, and why."""

    cap = forms.IntegerField(
        label=gettext_lazy("New cap"),
        min_value=1,
        help_text=gettext_lazy("How many organisations at most. To let nobody in, place a hold."),
    )
    reason = ReasonField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Shown to the managers and the board, and kept on record."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class LadderChangeForm(forms.Form):
    """The dossier of a motion for looser rules."""

    rationale = TextField(
        label=gettext_lazy("Rationale"),
        help_text=gettext_lazy("Why the rules should be looser, and why for this model."),
    )
    safeguards = TextField(
        label=gettext_lazy("What takes the place of the former rule"),
        help_text=gettext_lazy("What now guards against what the former rule guarded against."),
    )
