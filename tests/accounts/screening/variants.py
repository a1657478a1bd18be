"""Names and the ways in which they are spelt otherwise, for tests and the bench."""

import random
from collections.abc import Iterator


def _words(text: str) -> list[str]:
    return text.split()


GIVEN = _words(
    """
    Mohammed Ahmed Ali Hassan Yusuf Ibrahim Omar Khalid Fatima Aisha Maryam Sergey Ivan Dmitri
    Alexei Olga Natalia Vladimir Mikhail Wei Jing Ming Xiaoli Hui Min Jun Carlos Maria Jose Juan
    Luis Ana Pedro Rosa John Michael Sarah David Emma Robert Linda James Laura Hans Anna Peter
    Karl Sofia Giulia Marco Pierre Marie Jean Claire Kofi Ama Kwame Chidi Ngozi Amara Abebe
    Hiroshi Yuki Kenji Sakura Jin Soo Hyun Priya Raj Anil Sunita Vikram Lakshmi Nguyen Linh Minh
    """
)
FAMILY = _words(
    """
    Hassan Hussein Khan Rahman Amin Saleh Haddad Nasser Farouk Mansour Kateb Ivanov Petrov
    Smirnov Kuznetsov Popov Volkov Sokolov Lebedev Morozov Wang Zhang Chen Liu Yang Huang Zhao
    Garcia Martinez Rodriguez Hernandez Lopez Gonzalez Perez Sanchez Silva Santos Oliveira Smith
    Johnson Williams Brown Jones Miller Davis Wilson Taylor Anderson Schmidt Schneider Fischer
    Weber Wagner Becker Rossi Russo Ferrari Bianchi Dubois Laurent Lefevre Moreau Mensah Okafor
    Adeyemi Diallo Traore Bekele Tanaka Suzuki Watanabe Yamamoto Kim Park Choi Patel Sharma
    Singh Gupta Reddy Tran Pham Hoang Vu Novak Svoboda Kowalski Nowak Horvath
    """
)
PLACES = _words(
    """
    Harbin Tehran Minsk Donetsk Wuhan Isfahan Kaluga Omsk Lagos Porto Leipzig Quito
    """
)
FIELDS = _words(
    """
    Avionics Chemical Marine Optics Microelectronics Trading Energy Robotics Steel
    """
)
FORMS = ["Ltd", "LLC", "GmbH", "Co., Ltd.", "JSC", "S.A.", "Institute", "Corporation"]
_SYLLABLES = _words(
    """
    ba de ki lo mu na ra sa to vi yu zha chi kor fen gal han jin mar pol ter
    """
)
_SWAPS = [
    ("ph", "f"),
    ("kh", "k"),
    ("q", "k"),
    ("y", "i"),
    ("ou", "u"),
    ("ee", "i"),
    ("ov", "off"),
    ("v", "w"),
    ("ss", "s"),
    ("mm", "m"),
    ("ei", "ey"),
    ("c", "k"),
    ("dh", "d"),
    ("z", "s"),
]


def word(rng: random.Random) -> str:
    """Return a made-up family name, so that not all of them are of one short list."""
    return "".join(rng.choice(_SYLLABLES) for _ in range(rng.randint(2, 4))).capitalize()


def person(rng: random.Random) -> str:
    """Return a person's name."""
    parts = [rng.choice(GIVEN)]
    if rng.random() < 0.3:
        parts.append(rng.choice(GIVEN))
    parts.append(rng.choice(FAMILY) if rng.random() < 0.5 else word(rng))
    return " ".join(parts)


_MORE_SYLLABLES = [
    f"{begin}{middle}{end}"
    for begin in "bcdfghjklmnprstvwz"
    for middle in "aeiou"
    for end in ("", "l", "n", "r", "s")
]


def stranger(rng: random.Random) -> str:
    """Return a person's name out of many more words than those of the lists here."""
    given = rng.choice(GIVEN) if rng.random() < 0.3 else _long_word(rng, 2, 3)
    family = rng.choice(FAMILY) if rng.random() < 0.05 else _long_word(rng, 2, 4)
    return f"{given} {family}"


def _long_word(rng: random.Random, least: int, most: int) -> str:
    count = rng.randint(least, most)
    return "".join(rng.choice(_MORE_SYLLABLES) for _ in range(count)).capitalize()


def organization(rng: random.Random) -> str:
    """Return an organisation's name."""
    parts = [rng.choice(PLACES) if rng.random() < 0.4 else word(rng)]
    if rng.random() < 0.5:
        parts.append(word(rng))
    return " ".join([*parts, rng.choice(FIELDS), rng.choice(FORMS)])


def variant(rng: random.Random, name: str) -> str:
    """Return the name as somebody else would write it: order, spelling, and a slip or two."""
    words = name.split()
    if rng.random() < 0.4:
        rng.shuffle(words)
    words = [_respelt(rng, each) for each in words]
    if rng.random() < 0.2:
        words = [each.upper() for each in words]
    if rng.random() < 0.15:
        words.insert(0, rng.choice(["Dr.", "Mr", "Prof."]))
    return " ".join(words)


def _respelt(rng: random.Random, text: str) -> str:
    lower = text.lower()
    if rng.random() < 0.35:
        old, new = rng.choice(_SWAPS)
        lower = lower.replace(old, new)
    if rng.random() < 0.2 and len(lower) > 3:
        place = rng.randrange(len(lower))
        lower = rng.choice(
            [
                lower[:place] + lower[place + 1 :],
                lower[:place] + rng.choice("aeiourst") + lower[place:],
                lower[:place] + rng.choice("aeiourst") + lower[place + 1 :],
            ]
        )
    return lower.capitalize()


def names(rng: random.Random, count: int) -> Iterator[tuple[str, str]]:
    """Yield names with their kinds, seven people to three organisations."""
    for _ in range(count):
        if rng.random() < 0.7:
            yield person(rng), "person"
        else:
            yield organization(rng), "organization"
