"""Forms about agreements: they check shape; services decide and save."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.core import signing
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.text import one_line
from licensing import clauses
from licensing.duties import MOST, Consequence, DutyKind, Performer
from licensing.forms import LongTextField
from licensing.models import TermsDraft, TermsVersion
from licensing.versions import MOST_GRACE_DAYS, Change

_SALT = "licensing.terms.displayed"
# A page that stood open for longer is read again.
_READ_FOR = 24 * 60 * 60


@dataclass(frozen=True)
class Displayed:
    """What the portal showed to whom, and when: signed into the form, so that it comes back."""

    version: int
    user: int
    organization: int | None
    official: bool
    diff: bool
    at: datetime

    def signed(self) -> str:
        """Return it as the text of a hidden field."""
        told = [self.version, self.user, self.organization, self.official, self.diff]
        return signing.dumps([*told, self.at.isoformat()], salt=_SALT)

    @classmethod
    def read(cls, text: str) -> "Displayed | None":
        """Return what the portal signed; None for anything else, and for what is too old."""
        try:
            told = signing.loads(text, salt=_SALT, max_age=_READ_FOR)
        except signing.BadSignature:
            return None
        version, user, organization, official, diff, at = told
        return cls(version, user, organization, official, diff, datetime.fromisoformat(at))

    def is_of(self, other: "Displayed") -> bool:
        """Tell whether it shows the same text to the same person in the same capacity."""
        mine = (self.version, self.user, self.organization, self.official)
        return mine == (other.version, other.user, other.organization, other.official)


class AcceptForm(forms.Form):
    """What stands below the text: ticks for risky clauses, the typed name, the authority.

    `shown` is the page as the portal signed it. A page that is shown again carries a new one;
    `read` is what stood above the name that was typed.
    """

    shown = forms.CharField(widget=forms.HiddenInput, max_length=600)
    scrolled = forms.IntegerField(
        widget=forms.HiddenInput({"data-terms-scrolled": ""}), required=False, min_value=0
    )
    dwell = forms.IntegerField(
        widget=forms.HiddenInput({"data-terms-dwell": ""}), required=False, min_value=0
    )
    typed_name = forms.CharField(
        label=gettext_lazy("Your full legal name"),
        min_length=3,
        max_length=200,
        widget=forms.TextInput({"autocomplete": "name"}),
        help_text=gettext_lazy("Typing it is your signature. It is stored encrypted."),
    )

    def __init__(
        self,
        data: QueryDict | None,
        version: TermsVersion,
        displayed: Displayed,
        *,
        authority: str = "",
    ) -> None:
        self.read: Displayed | None = None
        if data is not None:
            self.read = Displayed.read(data.get("shown", "")[:600])
            data = data.copy()
            data["shown"] = displayed.signed()
        super().__init__(data, initial={"shown": displayed.signed()})
        self._clauses = version.risky
        for clause in self._clauses:
            self.fields[f"tick_{clause['anchor']}"] = forms.BooleanField(
                label=_("I have read the clause “%(clause)s” and accept it.")
                % {"clause": clause["title"]},
                error_messages={"required": _("Tick this clause, or decline the terms.")},
            )
        if authority:
            self.fields["authority"] = forms.BooleanField(
                label=authority,
                error_messages={"required": _("Only whoever has the authority can sign.")},
            )
        # The name comes last: it is the signature under all of it.
        self.order_fields(["shown", "scrolled", "dwell", *self._ticks(), "authority", "typed_name"])

    def _ticks(self) -> Iterator[str]:
        return (f"tick_{clause['anchor']}" for clause in self._clauses)

    def clean_typed_name(self) -> str:
        """Return the name without invisible characters."""
        try:
            return one_line(self.cleaned_data["typed_name"], max_length=200)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None

    def clean(self) -> dict[str, Any]:
        """Say nothing of hidden fields: what a browser says of itself may be missing or wrong."""
        for name in ("scrolled", "dwell"):
            self.errors.pop(name, None)
        return super().clean() or {}

    @property
    def ticks(self) -> tuple[str, ...]:
        """Return the anchors of the clauses that were ticked."""
        return tuple(
            clause["anchor"]
            for clause in self._clauses
            if self.cleaned_data.get(f"tick_{clause['anchor']}")
        )

    @property
    def browser(self) -> dict[str, int]:
        """Return what the browser said, in seconds; nothing where it said nothing sensible."""
        told = {
            "scrolled_to_end_after": self.cleaned_data.get("scrolled"),
            "dwell": self.cleaned_data.get("dwell"),
        }
        return {key: value for key, value in told.items() if value is not None and value < 10**8}


class DraftForm(forms.Form):
    """The next text of an agreement."""

    slug = forms.SlugField(
        label=gettext_lazy("Short name"),
        max_length=60,
        help_text=gettext_lazy("Stages name the terms by it, for example “weights-licence”."),
    )
    title = forms.CharField(label=gettext_lazy("Title"), max_length=160)
    text = LongTextField(
        label=gettext_lazy("Text"),
        max_length=200_000,
        rows=24,
        help_text=gettext_lazy(
            "Markdown. A heading may end with what its clause is about, in braces: {use, "
            "modification, redistribution, distillation, recall, security, audit}; add risky for "
            "a clause that has to be ticked by itself."
        ),
    )
    change = forms.ChoiceField(
        label=gettext_lazy("What this version is to the one before"),
        choices=Change.choices,
        initial=Change.MATERIAL,
        widget=forms.RadioSelect,
    )
    grace_days = forms.IntegerField(
        label=gettext_lazy("Grace period in days"),
        min_value=0,
        max_value=MOST_GRACE_DAYS,
        initial=30,
        required=False,
        help_text=gettext_lazy(
            "Of a material version: so long what was accepted before still lets in."
        ),
    )
    organization_signs = forms.BooleanField(
        label=gettext_lazy("The organisation signs too"),
        required=False,
        initial=True,
        help_text=gettext_lazy(
            "Where a stage names its people, a grant of an organisation works once a signing "
            "official has signed for it and each user has accepted."
        ),
    )

    def __init__(self, data: QueryDict | None, draft: TermsDraft | None, initial: Any) -> None:  # noqa: ANN401 - as Django declares it
        super().__init__(data, initial=initial | duties_as_fields(initial.get("duties", [])))
        if draft is not None:
            del self.fields["slug"]
        for kind in DutyKind:
            self.fields |= _duty_fields(kind)

    def clean_text(self) -> str:
        """Say at the text what is wrong with what a heading says of its clause."""
        text: str = self.cleaned_data["text"]
        try:
            clauses.read(text)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None
        return text

    def clean(self) -> dict[str, Any]:
        """Take an empty period for none, and none for an editorial version.

        `duties` are put together of their fields; one without a number is not asked for.
        """
        data = super().clean() or {}
        parts = {
            kind: {part: data.pop(f"{kind}_{part}", None) for part in _DUTY_PARTS}
            for kind in DutyKind
        }
        data["duties"] = [
            {"kind": kind.value, **given} for kind, given in parts.items() if given["number"]
        ]
        if data.get("change") == Change.EDITORIAL or data.get("grace_days") is None:
            data["grace_days"] = 0
        return data


_DUTY_PARTS = ("number", "performer", "consequence")


def duties_as_fields(duties: list[dict[str, Any]]) -> dict[str, Any]:
    """Return declared duties as the values of the form's fields."""
    return {f"{duty['kind']}_{part}": duty[part] for duty in duties for part in _DUTY_PARTS}


def _duty_fields(kind: DutyKind) -> dict[str, forms.Field]:
    number = {
        DutyKind.ATTEST_USE: _("Duty to attest the use: every how many months"),
        DutyKind.APPLY_UPDATES: _("Duty to apply updates: within how many days"),
        DutyKind.CERTIFY_DESTRUCTION: _("Duty to certify destruction: within how many days"),
    }[kind]
    return {
        f"{kind}_number": forms.IntegerField(
            label=number,
            required=False,
            min_value=1,
            max_value=MOST[kind],
            help_text=_("Leave it empty to ask for none. It becomes the text's last section."),
        ),
        f"{kind}_performer": forms.ChoiceField(
            label=_("Who performs it (%(duty)s)") % {"duty": kind.label},
            choices=Performer.choices,
            required=False,
            initial=Performer.KEEPER,
        ),
        f"{kind}_consequence": forms.ChoiceField(
            label=_("When it is overdue (%(duty)s)") % {"duty": kind.label},
            choices=Consequence.choices,
            required=False,
            initial=Consequence.REMIND,
        ),
    }


class PublishForm(forms.Form):
    """When a draft comes into force, and its short name to confirm."""

    in_force_at = forms.DateTimeField(
        label=gettext_lazy("In force from"),
        required=False,
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=gettext_lazy("Leave it empty to bring it into force at once."),
    )
    typed = forms.CharField(
        label=gettext_lazy("Short name"),
        max_length=60,
        widget=forms.TextInput({"autocomplete": "off"}),
    )

    def __init__(self, data: QueryDict | None, slug: str) -> None:
        super().__init__(data)
        self._slug = slug
        self.fields["in_force_at"].help_text = _(
            "Leave it empty to bring it into force at once. The time is in the zone %(zone)s."
        ) % {"zone": timezone.get_current_timezone_name()}

    def clean_typed(self) -> str:
        """Compare the short name."""
        if self.cleaned_data["typed"] != self._slug:
            raise forms.ValidationError(_("Type %(slug)s.") % {"slug": self._slug})
        return self._slug
