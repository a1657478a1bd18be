"""Scores and routes, with the pairs that the design was tried with."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.screening.algorithm import Algorithm
from accounts.screening.blocking import keys
from accounts.screening.folding import ORGANIZATION, OTHER, PERSON, fold, folded
from accounts.screening.matching import Entry, Query, Route, compare, likeness, worst

ALGORITHM = Algorithm()
PAIRS = [
    ("ESMAL KATEB", "KHATIB, Esmail", PERSON, "review"),
    ("Mohammed al-Amin", "Muhammad Al Ameen", PERSON, "review"),
    ("Sergey Ivanov", "Sergei Ivanoff", PERSON, "review"),
    ("Harbin Inst of Technology", "HARBIN INSTITUTE OF TECHNOLOGY", ORGANIZATION, "stop"),
    # Two people, as nobody but a person can tell.
    ("Maria Garcia", "Mario Garcia", PERSON, "review"),
    ("University of Tehran", "University of Tirana", ORGANIZATION, "clear"),
    ("Technology Institute", "HARBIN INSTITUTE OF TECHNOLOGY", ORGANIZATION, "clear"),
    ("Ali Hassan", "Hassan Ali Mohammed Saleh", PERSON, "clear"),
    ("Владимир Иванов", "IVANOV, Vladimir", PERSON, "stop"),
    ("Γιώργος Παπαδόπουλος", "Georgios Papadopoulos", PERSON, "review"),
    ("Dr. João da Silva", "DA SILVA JOAO", PERSON, "stop"),
    ("Muammar Qaddafi", "Moammar Gadhafi", PERSON, "review"),
    ("Huawei Technologies Co., Ltd.", "HUAWEI TECHNOLOGY CO LTD", ORGANIZATION, "stop"),
    ("Müller GmbH & Co. KG", "Muller", ORGANIZATION, "stop"),
    ("Wetland Trust", "Alabuga Special Economic Zone", ORGANIZATION, "clear"),
]


@pytest.mark.parametrize(("name", "listed", "kind", "route"), PAIRS)
def test_known_pairs_lead_where_they_should(name: str, listed: str, kind: str, route: str) -> None:
    hit = compare(Query(name, kind), Entry("1", listed, kind), ALGORITHM)
    assert hit.route == route
    assert hit.exact == (route == "stop")


@pytest.mark.parametrize(("name", "listed", "kind", "route"), PAIRS)
def test_it_does_not_matter_which_of_the_two_is_listed(
    name: str, listed: str, kind: str, route: str
) -> None:
    back = compare(Query(listed, kind), Entry("1", name, kind), ALGORITHM)
    assert back.score == compare(Query(name, kind), Entry("1", listed, kind), ALGORITHM).score


def test_the_best_of_an_entry_s_names_counts() -> None:
    entry = Entry("1", "Somebody Else", PERSON, aliases=("Sergei Ivanoff", "Sergey Ivanov"))
    hit = compare(Query("Ivanov, Sergey", PERSON), entry, ALGORITHM)
    assert (hit.name, hit.exact, hit.route) == ("Sergey Ivanov", True, Route.STOP)


ENTRY = Entry(
    "1", "Maria Garcia", PERSON, countries=("ES",), born=(1970,), addresses=("Calle 5, Madrid",)
)


@pytest.mark.parametrize(
    ("query", "reason", "raises"),
    [
        (Query("Mario Garcia", PERSON, country="ES"), "country_agrees", True),
        (Query("Mario Garcia", PERSON, country="MX"), "country_differs", False),
        (Query("Mario Garcia", PERSON, born=1971), "born_agrees", True),
        (Query("Mario Garcia", PERSON, born=1985), "born_differs", False),
        (Query("Mario Garcia", PERSON, address="Madrid, Calle 7"), "address_agrees", True),
        (Query("Mario Garcia", ORGANIZATION), "kind_differs", False),
    ],
)
def test_what_else_is_known_raises_and_lowers(query: Query, reason: str, raises: bool) -> None:
    plain = compare(Query("Mario Garcia", PERSON), ENTRY, ALGORITHM)
    hit = compare(query, ENTRY, ALGORITHM)
    assert reason in hit.reasons
    assert (hit.score > plain.score) is raises
    assert hit.score != plain.score


def test_a_score_can_be_raised_to_a_stop_and_lowered_to_clear() -> None:
    close = Query("Mario Garcia", PERSON, country="ES", born=1970)
    far = Query("Mario Garcia", PERSON, country="MX", born=1990)
    assert compare(close, ENTRY, ALGORITHM).route == Route.STOP
    assert compare(close, ENTRY, ALGORITHM).exact is False
    assert compare(far, ENTRY, Algorithm(review=80)).route == Route.CLEAR


def test_an_exact_alias_is_not_talked_away() -> None:
    hit = compare(Query("Maria Garcia", PERSON, country="MX", born=2000), ENTRY, ALGORITHM)
    assert (hit.exact, hit.route) == (True, Route.STOP)
    assert hit.score < ALGORITHM.stop


def test_a_list_that_does_not_say_what_an_entry_is_contradicts_nobody() -> None:
    assert compare(
        Query("Maria Garcia", PERSON), Entry("1", "Maria Garcia", OTHER), ALGORITHM
    ).exact


@pytest.mark.parametrize("name", ["", "   ", "...", "🦆", "\u200d"])
def test_a_name_of_which_nothing_can_be_read_is_like_nothing(name: str) -> None:
    hit = compare(Query(name, PERSON), Entry("1", name, PERSON), ALGORITHM)
    assert hit.route == Route.CLEAR or fold(name)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("O’Neil", "oneil"),
        ("Al-Şabāḥ", "al sabah"),
        ("I.B.M. Corp.", "ibm corp"),
        ("Ｗｉｄｅ", "wide"),
        ("ſtraße", "strasse"),
        ("  a\t b\n", "a b"),
    ],
)
def test_folding(text: str, result: str) -> None:
    assert fold(text) == result


def test_honorifics_and_legal_forms_do_not_count_unless_there_is_nothing_else() -> None:
    assert folded("Prof. Dr. Ada Lovelace", PERSON).full == "ada lovelace"
    assert folded("Sir", PERSON).full == "sir"
    assert folded("The Ltd", ORGANIZATION).full == "ltd the"


def test_thresholds_must_rise() -> None:
    with pytest.raises(ValueError, match="must rise"):
        Algorithm(stop=70, review=80)


def test_the_version_names_the_numbers() -> None:
    assert Algorithm().version == Algorithm().version
    assert Algorithm(review=80).version != Algorithm().version


def test_the_gravest_route_counts() -> None:
    stop = compare(Query("Maria Garcia", PERSON), ENTRY, ALGORITHM)
    review = compare(Query("Mario Garcia", PERSON), ENTRY, ALGORITHM)
    clear = compare(Query("Nobody Atall", PERSON), ENTRY, ALGORITHM)
    assert [worst([clear, review, stop]), worst([clear, review]), worst([clear]), worst([])] == [
        "stop",
        "review",
        "clear",
        "clear",
    ]


@given(st.text(max_size=60))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


names = st.text(st.characters(codec="utf-8", max_codepoint=0x2FFF), max_size=30)


@given(names, names, st.sampled_from([PERSON, ORGANIZATION]))
def test_likeness_is_symmetric_and_within_bounds(one: str, other: str, kind: str) -> None:
    a, b = folded(one, kind), folded(other, kind)
    forth, back = likeness(a, b, ALGORITHM), likeness(b, a, ALGORITHM)
    assert forth.score == pytest.approx(back.score)
    assert forth.exact == back.exact
    assert 0 <= forth.score <= 100


@given(
    st.lists(st.sampled_from(["anna", "berta", "cesar", "dora", "emil"]), min_size=1, unique=True)
)
def test_the_order_of_words_does_not_matter(words: list[str]) -> None:
    forth, back = folded(" ".join(words), PERSON), folded(" ".join(reversed(words)), PERSON)
    assert forth == back
    assert keys(forth) == keys(back)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Pero Ialo", "Pedro Nalo"), ("Emma Horath", "Ama Horvath"), ("Linh Tersa", "Minh Terkorsa")],
)
def test_two_short_words_with_a_slip_in_each_share_a_key(one: str, other: str) -> None:
    assert keys(folded(one, PERSON)) & keys(folded(other, PERSON))
