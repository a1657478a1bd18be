"""What an application is told of countries while it is written: which effect says what."""

import pytest

from licensing.countries import Effect, Finding, Place, Source
from licensing.country_notes import CountryNote, notes, refusals

ALLOW, REVIEW, LICENCE, DENY = Effect
NAMES = {"api": "Use", "weights": "Download"}


def note(
    effect: Effect,
    source: Source = Source.PERSON,
    *,
    country: str = "CU",
    licensed: bool = False,
    asked: tuple[str, ...] = ("api",),
    for_organization: bool = True,
) -> CountryNote | None:
    found = notes(
        {"api": [Finding(Place(country, source), effect, licensed)]},
        NAMES,
        asked=asked,
        contact="reviewers@example.org",
        for_organization=for_organization,
    )
    return found[0] if found else None


@pytest.mark.parametrize(
    ("effect", "licensed", "refuses", "stops", "words"),
    [
        (REVIEW, False, False, False, "a second reviewer decides too"),
        (LICENCE, False, False, True, "an export licence is needed"),
        (LICENCE, True, False, False, "a second reviewer decides too"),
        (DENY, False, True, True, "“Use”: not given for Cuba"),
        (DENY, True, True, True, "“Use”: not given for Cuba"),
    ],
)
def test_each_effect_says_what_it_does_and_only_deny_refuses(
    effect: Effect, licensed: bool, refuses: bool, stops: bool, words: str
) -> None:
    found = note(effect, licensed=licensed)
    assert found is not None
    assert (found.refuses, found.stops) == (refuses, stops)
    assert words in found.sentence
    assert "Cuba (the country that the person works in)" in found.sentence
    assert refusals([found]) == ([found.text] if refuses else [])


@pytest.mark.parametrize(
    ("source", "keys", "remedy"),
    [
        (Source.PERSON, ("country", "modes"), "If the country is wrong, correct it."),
        (Source.HOSTING, ("hosting_country", "modes"), "Run it in another country"),
        (Source.ORGANIZATION, ("modes",), "have an owner of the organisation correct it"),
        (Source.PARENT, ("modes",), "have an owner of the organisation correct it"),
    ],
)
def test_it_stands_beside_the_answer_and_says_what_to_do(
    source: Source, keys: tuple[str, ...], remedy: str
) -> None:
    found = note(DENY, source)
    assert found is not None
    assert found.keys == keys
    assert remedy in found.remedy
    assert "Else ask for something else, or write to reviewers@example.org." in found.remedy


def test_nothing_is_said_of_what_is_allowed_or_not_stated_yet() -> None:
    assert note(ALLOW) is None
    assert note(DENY, country="") is None


def test_a_mode_that_nobody_asked_for_yet_is_warned_of_and_not_refused() -> None:
    found = note(DENY, asked=())
    assert found is not None
    assert (found.refuses, found.stops, found.tone) == (False, True, "warn")


def test_who_has_no_organisation_is_told_that_a_licence_is_for_one() -> None:
    found = note(LICENCE, for_organization=False)
    assert found is not None
    assert "for an organisation only" in found.remedy


def test_the_gravest_comes_first() -> None:
    place = Place("CU", Source.PERSON)
    found = notes(
        {
            "api": [Finding(place, REVIEW)],
            "weights": [Finding(place, LICENCE), Finding(place, DENY)],
        },
        NAMES,
        asked=("api", "weights"),
        contact="x@example.org",
        for_organization=True,
    )
    assert [each.tone for each in found] == ["bad", "warn", "info"]
    assert [each.modes for each in found] == [("weights",), ("weights",), ("api",)]


def test_what_is_the_same_of_several_modes_is_said_once() -> None:
    denied = [Finding(Place("CU", Source.PERSON), DENY)]
    found = notes(
        {"api": denied, "weights": denied},
        NAMES,
        asked=("api", "weights"),
        contact="x@example.org",
        for_organization=True,
    )
    (only,) = found
    assert only.sentence.startswith("“Use”, “Download”: not given for Cuba")
    assert "Else write to x@example.org." in only.remedy
    # Of a mode that is not asked for one is warned only.
    found = notes(
        {"api": denied, "weights": denied},
        NAMES,
        asked=("api",),
        contact="x@example.org",
        for_organization=True,
    )
    assert [(each.modes, each.tone) for each in found] == [
        (("api",), "bad"),
        (("weights",), "warn"),
    ]
