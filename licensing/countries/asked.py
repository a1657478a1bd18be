"""Which countries somebody is asked about, and from which statement each comes."""

from collections.abc import Iterable, Sequence

from licensing.countries.judging import Place, Source


def asked_of(
    *,
    chain: Sequence[str] = (),
    people: Iterable[tuple[str, str]] = (),
    hosting: str = "",
    held_by_person: bool = False,
) -> tuple[Place, ...]:
    """Return every country that is stated, each with its source.

    `chain` are those of the organisation and, after it, of those that it belongs to. `people` are
    pairs of a country and whose it is, a name or "". Whoever holds a grant without an organisation
    has to have stated one: where they did not, the place is unknown.
    """
    places = [Place(code, Source.ORGANIZATION) for code in chain[:1] if code]
    places += [Place(code, Source.PARENT) for code in chain[1:] if code]
    stated = [Place(code, Source.PERSON, whose) for code, whose in people if code]
    places += stated or ([Place("", Source.PERSON)] if held_by_person else [])
    places += [Place(hosting, Source.HOSTING)] if hosting else []
    return tuple(dict.fromkeys(places))
