"""What the country table will make of an application, said while it is written. Pure."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from licensing.countries import Effect, Finding, Source

# The questions whose answers decide it; each note stands beside those that it is about.
MODES_KEY = "modes"
KEY_OF = {Source.PERSON: "country", Source.HOSTING: "hosting_country"}
ASKED_BY = frozenset({MODES_KEY, *KEY_OF.values()})


@dataclass(frozen=True)
class CountryNote:
    """What one country does to modes that may be asked for, and what the applicant can do."""

    modes: tuple[str, ...]
    # The questions that it stands beside.
    keys: tuple[str, ...]
    sentence: str
    remedy: str
    # As things are it would not be approved; else it takes a second reviewer at least.
    stops: bool
    # A mode is asked for that could not be approved while the table stands.
    refuses: bool = False

    @property
    def text(self) -> str:
        """Both in one."""
        return f"{self.sentence} {self.remedy}"

    @property
    def tone(self) -> str:
        """How grave it looks on a page."""
        if self.refuses:
            return "bad"
        return "warn" if self.stops else "info"


def notes(
    findings: Mapping[str, Iterable[Finding]],
    names: Mapping[str, str],
    *,
    asked: Container[str],
    contact: str,
    for_organization: bool,
) -> list[CountryNote]:
    """Return a note for each country that a mode is not simply allowed for, the gravest first.

    `findings` are of each mode that may be meant, `names` the words for all there are. A mode that
    is `asked` for and that the table denies could not be approved while it stands, so that it is
    refused; of the rest one is warned.
    """
    modes: dict[tuple[Finding, bool], list[str]] = {}
    for mode, each in findings.items():
        for finding in each:
            # Of who has not stated a country yet the form itself wants one.
            if finding.effect is not Effect.ALLOW and finding.place.country:
                refuses = finding.effect is Effect.DENY and mode in asked
                modes.setdefault((finding, refuses), []).append(mode)
    found = [
        _note(
            finding,
            [names[mode] for mode in meant],
            tuple(meant),
            others=len(meant) < len(names),
            refuses=refuses,
            contact=contact,
            for_organization=for_organization,
        )
        for (finding, refuses), meant in modes.items()
    ]
    return sorted(found, key=lambda note: (not note.refuses, not note.stops))


def refusals(found: Iterable[CountryNote]) -> list[str]:
    """Return why an application is not taken as it stands; nothing if it is."""
    return [note.text for note in found if note.refuses]


def _note(
    finding: Finding,
    names: Iterable[str],
    modes: tuple[str, ...],
    *,
    others: bool,
    refuses: bool,
    contact: str,
    for_organization: bool,
) -> CountryNote:
    place = finding.place
    if finding.effect is Effect.DENY:
        sentence = _(
            "%(modes)s: not given for %(country)s (%(source)s), which the board of this model does "
            "not serve."
        )
        remedy = f"{_correction(place.source)} {_otherwise(others=others)}"
    elif finding.stops:
        sentence = _("%(modes)s: for %(country)s (%(source)s) an export licence is needed.")
        remedy = _with_licence() if for_organization else _without_organization()
    else:
        sentence = _("%(modes)s: for %(country)s (%(source)s) a second reviewer decides too.")
        remedy = _("It can take longer. Nothing for you to do.")
    words = {
        "modes": ", ".join(f"“{name}”" for name in names),
        "country": place.name,
        "source": place.source.label,
        "contact": contact,
    }
    key = KEY_OF.get(place.source)
    return CountryNote(
        modes=modes,
        keys=(key, MODES_KEY) if key else (MODES_KEY,),
        sentence=sentence % words,
        remedy=remedy % words,
        stops=finding.stops,
        refuses=refuses,
    )


def _correction(source: Source) -> str:
    return {
        Source.PERSON: _("If the country is wrong, correct it."),
        Source.HOSTING: _("Run it in another country, if you can."),
    }.get(source) or _("If the country is wrong, have an owner of the organisation correct it.")


def _otherwise(*, others: bool) -> str:
    if others:
        return _("Else ask for something else, or write to %(contact)s.")
    return _("Else write to %(contact)s.")


def _with_licence() -> str:
    return _(
        "You can send the application, and it can be approved once a licence is on record: send "
        "its number and the document to %(contact)s."
    )


def _without_organization() -> str:
    return _(
        "You can send the application, but a licence is put on record for an organisation only: "
        "apply for yours, or write to %(contact)s."
    )
