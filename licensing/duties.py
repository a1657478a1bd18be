"""The recurring duties that a version of an agreement declares. Pure.

They are written in the form beside the text, and published as its last section, in words: so they
are part of what is read, compared, hashed and agreed to. A version declares each kind once at most.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

# Not translated: drafts of the next version are told from it where the own text ends.
HEADING = "## Recurring duties"
MOST_MONTHS = 60
MOST_DAYS = 365


class DutyKind(models.TextChoices):
    """What has to be done."""

    ATTEST_USE = "attest_use", gettext_lazy("Attest the use")
    APPLY_UPDATES = "apply_updates", gettext_lazy("Apply updates")
    CERTIFY_DESTRUCTION = "certify_destruction", gettext_lazy("Certify the destruction")


class Performer(models.TextChoices):
    """Who has to do it. Where a person holds the grant, it is always that person."""

    KEEPER = "keeper", gettext_lazy("An owner or custodian of the organisation")
    SIGNATORY = "signatory", gettext_lazy("A signing official of the organisation")
    USER = "user", gettext_lazy("A user named on the grant")


class Consequence(models.TextChoices):
    """What follows when it is overdue. Nothing is revoked by the clock."""

    REMIND = "remind", gettext_lazy("A reminder only")
    CALL = "call", gettext_lazy("A safety lead is called")
    STOP = "stop", gettext_lazy("Access stops until it is done, and a safety lead is called")


# Of which the number is months; of the others it is days.
PERIODIC = frozenset({DutyKind.ATTEST_USE})
MOST = {kind: MOST_MONTHS if kind in PERIODIC else MOST_DAYS for kind in DutyKind}


@dataclass(frozen=True)
class Duty:
    """One declared duty. `number` is every how many months, or within how many days."""

    kind: str
    number: int
    performer: str
    consequence: str

    def data(self) -> dict[str, Any]:
        """Return it as JSON."""
        return asdict(self)

    @property
    def sentence(self) -> str:
        """Return it in words, as it stands in the text."""
        return f"{self._what()} {self._then()}"

    def _what(self) -> str:
        words = {"number": self.number, "who": _who(self.performer)}
        if self.kind == DutyKind.ATTEST_USE:
            return (
                ngettext(
                    "Every month, %(who)s attests how the model is used.",
                    "Every %(number)d months, %(who)s attests how the model is used.",
                    self.number,
                )
                % words
            )
        if self.kind == DutyKind.APPLY_UPDATES:
            return (
                ngettext(
                    "Within a day of a newer version of the model being released, or of one being "
                    "withdrawn, %(who)s states that it was taken up, or put out of use.",
                    "Within %(number)d days of a newer version of the model being released, or of "
                    "one being withdrawn, %(who)s states that it was taken up, or put out of use.",
                    self.number,
                )
                % words
            )
        return (
            ngettext(
                "Within a day of the end of the grant, of the withdrawal of the model or of the "
                "refusal of a later version of this agreement, %(who)s certifies that every copy "
                "of the weights was destroyed.",
                "Within %(number)d days of the end of the grant, of the withdrawal of the model or "
                "of the refusal of a later version of this agreement, %(who)s certifies that every "
                "copy of the weights was destroyed.",
                self.number,
            )
            % words
        )

    def _then(self) -> str:
        return {
            Consequence.REMIND: _("When it is overdue, a reminder is sent."),
            Consequence.CALL: _("When it is overdue, a safety lead looks into it."),
            Consequence.STOP: _(
                "When it is overdue, access stops until it is done, and a safety lead looks into "
                "it."
            ),
        }[Consequence(self.consequence)]


def _who(performer: str) -> str:
    return {
        Performer.KEEPER: _("an owner or custodian of the organisation"),
        Performer.SIGNATORY: _("a signing official of the organisation"),
        Performer.USER: _("a user named on the grant"),
    }[Performer(performer)]


def parse(found: object) -> tuple[Duty, ...]:
    """Return declared duties from JSON, in the order of their kinds.

    Raises ValueError with a sentence for what does not declare any.
    """
    if not isinstance(found, list | tuple):
        raise ValueError(_("The duties are a list."))
    duties = [_one(each) for each in found]
    if len({duty.kind for duty in duties}) != len(duties):
        raise ValueError(_("Each kind of duty is declared once."))
    return tuple(sorted(duties, key=lambda duty: DutyKind.values.index(duty.kind)))


def _one(found: object) -> Duty:
    if not isinstance(found, Mapping) or set(found) != {
        "kind", "number", "performer", "consequence",
    }:  # fmt: skip
        raise ValueError(_("A duty has a kind, a number, a performer and a consequence."))
    for key, known in (
        ("kind", DutyKind.values),
        ("performer", Performer.values),
        ("consequence", Consequence.values),
    ):
        if found[key] not in known:
            raise ValueError(
                _("The %(key)s of a duty is one of %(known)s.")
                % {"key": key, "known": ", ".join(known)}
            )
    number, most = found["number"], MOST[DutyKind(found["kind"])]
    if type(number) is not int or not 1 <= number <= most:
        raise ValueError(
            _("The number of “%(kind)s” is from 1 to %(most)d.")
            % {"kind": DutyKind(found["kind"]).label, "most": most}
        )
    return Duty(found["kind"], number, found["performer"], found["consequence"])


def with_section(text: str, duties: Iterable[Duty]) -> str:
    """Return a text with its duties in words as the last section."""
    lines = [f"- {duty.sentence}" for duty in duties]
    if not lines:
        return text
    return "\n".join([text.rstrip("\n"), "", HEADING, "", *lines]) + "\n"


def without_section(text: str, *, declared: bool) -> str:
    """Return the text that somebody wrote, of a version that declares duties or none."""
    if not declared:
        return text
    own, found, _section = text.rpartition(f"\n{HEADING}\n")
    return own.rstrip("\n") + "\n" if found else text
