"""Forms of licensing: they check shape; services decide and save."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Organization
from common.text import paragraphs
from licensing.asking import track_problem
from licensing.questions import Track
from releases.models import Model

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class LongTextField(forms.CharField):
    """A few paragraphs that somebody else will read."""

    def __init__(self, *, label: "str | _StrPromise", max_length: int = 4000, **more: Any) -> None:  # noqa: ANN401 - as Django declares it
        rows = more.pop("rows", 5)
        widget = forms.Textarea({"rows": rows})
        super().__init__(label=label, max_length=max_length, widget=widget, **more)

    def clean(self, value: Any) -> str:  # noqa: ANN401 - as Django declares it
        """Return the text without invisible characters."""
        text = super().clean(value)
        if not text:
            return ""
        try:
            return paragraphs(text, max_length=self.max_length or 4000)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None


class HolderForm(forms.Form):
    """For whom somebody applies, and as what."""

    holder = forms.ChoiceField(label=gettext_lazy("For whom"), widget=forms.RadioSelect)
    track = forms.ChoiceField(
        label=gettext_lazy("How you apply"),
        widget=forms.RadioSelect,
        help_text=gettext_lazy("It decides what you are asked, and cannot be changed later."),
        error_messages={"required": gettext_lazy("Choose how you apply.")},
    )

    def __init__(
        self,
        organizations: Sequence[Organization],
        data: Any = None,  # noqa: ANN401 - as Django declares it
        *,
        safety: bool,
    ) -> None:
        choices = [(str(each.pk), each.name) for each in organizations]
        super().__init__(data, initial={"holder": choices[0][0] if choices else "self"})
        self.organizations = {str(each.pk): each for each in organizations}
        self.safety = safety
        self._offer("holder", [*choices, ("self", _("For myself, without an organisation"))])
        tracks = [(track.value, track.label) for track in Track]
        self._offer("track", [each for each in tracks if safety or each[0] != Track.SAFETY])

    def _offer(self, name: str, choices: Sequence[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        """Hold the two answers against one another."""
        data = super().clean() or {}
        if "holder" in data and "track" in data:
            affiliated = self.organization is not None
            problem = track_problem(data["track"], affiliated=affiliated, criteria=self.safety)
            if problem:
                self.add_error("track", problem)
        return data

    @property
    def organization(self) -> Organization | None:
        """Return the organisation chosen, or None for oneself."""
        return self.organizations.get(self.cleaned_data["holder"])


class MessageForm(forms.Form):
    """What a reviewer asks of the applicant."""

    message = LongTextField(
        label=gettext_lazy("Questions to the applicant"),
        help_text=gettext_lazy("They see this as you write it. Say what to add or to change."),
    )


class ReasonForm(forms.Form):
    """Why something is done; shown to those whom it concerns."""

    reason = LongTextField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Those concerned read this as you write it."),
        error_messages={"required": gettext_lazy("Give a reason; a sentence is enough.")},
    )


class OptionalReasonForm(forms.Form):
    """Why something is given up."""

    reason = LongTextField(label=gettext_lazy("Reason"), required=False)


class EmptyForm(forms.Form):
    """A confirmation that needs no answer."""


class TypedField(forms.CharField):
    """A word to type before something that cannot be undone."""

    def __init__(self, word: str) -> None:
        super().__init__(
            label=_("Type %(word)s") % {"word": word},
            max_length=200,
            widget=forms.TextInput({"autocomplete": "off"}),
        )
        self.word = word

    def clean(self, value: Any) -> str:  # noqa: ANN401 - as Django declares it
        """Return the word, which must be the one asked for."""
        text = super().clean(value)
        if text != self.word:
            raise forms.ValidationError(_("Type exactly “%(word)s”.") % {"word": self.word})
        return text


class RevokeForm(ReasonForm):
    """Revoke a grant: a reason, and the model's name typed."""

    def __init__(self, word: str, data: Any = None) -> None:  # noqa: ANN401 - as Django declares it
        super().__init__(data)
        self.fields["typed"] = TypedField(word)


class RelinquishForm(OptionalReasonForm):
    """Give a grant up: the model's name typed."""

    def __init__(self, word: str, data: Any = None) -> None:  # noqa: ANN401 - as Django declares it
        super().__init__(data)
        self.fields["typed"] = TypedField(word)


class ReferForm(forms.Form):
    """What a reviewer asks the board."""

    question = LongTextField(
        label=gettext_lazy("Question to the board"),
        help_text=gettext_lazy("One question that can be answered by approving or rejecting."),
    )
    summary = LongTextField(
        label=gettext_lazy("Your summary"),
        rows=8,
        help_text=gettext_lazy(
            "What speaks for the application and what against it. The seats see the organisation, "
            "purpose, scope and tiers; do not name the applicant."
        ),
    )


class FindHolderForm(forms.Form):
    """Whom a ban is to keep out."""

    who = forms.CharField(
        label=gettext_lazy("E-mail address of a person, or short name of an organisation"),
        max_length=254,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )


class BanForm(ReasonForm):
    """Whose board may lift the ban, a reason, and the name typed."""

    model = forms.ChoiceField(
        label=gettext_lazy("In the name of"),
        help_text=gettext_lazy("The board of this model is the one that may lift the ban."),
    )
    field_order = ["model", "reason", "typed"]

    def __init__(
        self,
        models: Sequence[Model],
        word: str,
        data: Any = None,  # noqa: ANN401 - as Django declares it
        *,
        chosen: str = "",
    ) -> None:
        super().__init__(data, initial={"model": chosen})
        self._models = {str(model): model for model in models}
        field = self.fields["model"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = [
            (name, _("%(model)s, before %(board)s") % {"model": name, "board": model.board})
            for name, model in self._models.items()
        ]
        self.fields["typed"] = TypedField(word)

    def clean_model(self) -> Model:
        """Return the model itself."""
        return self._models[self.cleaned_data["model"]]


class ObjectForm(forms.Form):
    """What somebody says against a ban."""

    text = LongTextField(
        label=gettext_lazy("Your objection"),
        help_text=gettext_lazy("The board reads it as you write it. It can be sent once."),
    )


class LiftBanForm(forms.Form):
    """The dossier of a motion to lift a ban."""

    rationale = LongTextField(
        label=gettext_lazy("Rationale"),
        max_length=20_000,
        help_text=gettext_lazy("Why the ban is no longer needed, or should not have been placed."),
    )
    remedy = LongTextField(
        label=gettext_lazy("What was remedied"),
        max_length=20_000,
        help_text=gettext_lazy("What has changed since; how it was checked."),
    )


class NamedUserForm(forms.Form):
    """Who is to be named on a grant."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail address of a member of the organisation"), max_length=254
    )
