"""A name in one shape, whatever script, case, order of words or legal form it is written in."""

import re
import unicodedata
from functools import lru_cache
from sys import intern
from typing import NamedTuple

import jellyfish
from anyascii import anyascii

PERSON = "person"
ORGANIZATION = "organization"
# A ship, or a party of which a list does not say what it is. Read as an organisation.
OTHER = "other"
KINDS = (PERSON, ORGANIZATION, OTHER)

LONGEST = 300
_BETWEEN = re.compile(r"[^a-z0-9]+")
# Written inside a word, where they do not part it: O'Neil, Sana‘a, the Arabic hamza and ayn.
_INSIDE = re.compile(r"(?<=\w)['’‘`ʹʺʻʼʾʿˈ´.](?=\w)")
_INITIALS = re.compile(r"\b(?:\w\.){2,}")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


HONORIFICS = _words(
    """
    mr mrs ms miss mx dr prof professor sir dame lord lady hon rev fr br sr jr ii iii iv phd md
    msc bsc mba esq eng ing dipl haji hajji hajj al-haj sheikh shaykh sheik mullah maulana
    maulawi mawlawi ayatollah hojjatoleslam imam sayyid sayyed syed general gen colonel col
    major maj captain capt lieutenant lt brigadier admiral commander cmdr herr frau monsieur
    madame mme senor senora sra signor signora tovarisch
    """
)
# The Arabic article and its assimilated forms, and particles that spellings leave out or join.
PARTICLES = _words(
    """
    al el ul ad as ash at az an ar bin ibn ben bint abu de la
    """
)
LEGAL_FORMS = _words(
    """
    ltd limited llc llp lp inc incorporated corp corporation co company plc gmbh mbh ag kg kgaa
    ohg ug se sa sas sarl srl spa spol sro bv nv oy oyj ab as asa aps kft rt zrt doo dd jsc ojsc
    cjsc pjsc pao oao zao ooo ao fgup fsue pte pty pvt private public joint stock bhd sdn tbk pt
    kk gk ev eg ltda eireli sicav trust
    """
)
STOP_WORDS = _words(
    """
    the of and for in on at de la le les des du der die das und et y e i da do di university
    universitaet universite universidad universita universiteit institute international national
    state federal group holding holdings general department ministry center research
    """
)
ABBREVIATIONS = {
    "inst": "institute",
    "univ": "university",
    "uni": "university",
    "intl": "international",
    "int": "international",
    "natl": "national",
    "tech": "technology",
    "technol": "technology",
    "dept": "department",
    "min": "ministry",
    "ctr": "center",
    "centre": "center",
    "res": "research",
    "sci": "science",
    "eng": "engineering",
    "mfg": "manufacturing",
    "ind": "industries",
    "inds": "industries",
    "industry": "industries",
    "assoc": "association",
    "bros": "brothers",
    "acad": "academy",
    "lab": "laboratory",
    "labs": "laboratory",
    "laboratories": "laboratory",
    "technologies": "technology",
    "technological": "technology",
    "sciences": "science",
}


class Folded(NamedTuple):
    """A name ready to be compared. `full` decides what is exact, `core` is what is scored."""

    # All words that count, sorted: the same for every order of words.
    full: str
    # Of an organisation, without the words that every second one has.
    core: str
    # How the words of the core sound, sorted.
    sound: str
    # The words in the order of their sounds, which a first letter spelt otherwise upsets less.
    by_sound: str


def fold(text: str) -> str:
    """Return lower-case ASCII words with single spaces; the same again for its own result."""
    text = unicodedata.normalize("NFKD", text[: LONGEST * 4])
    text = "".join(char for char in text if not unicodedata.combining(char))
    text = _INITIALS.sub(lambda found: found.group().replace(".", ""), text)
    text = _INSIDE.sub("", text)
    plain = anyascii(text).lower()
    plain = _INSIDE.sub("", plain)
    return " ".join(_BETWEEN.sub(" ", plain).split())[:LONGEST].strip()


@lru_cache(maxsize=65536)
def sound_of(word: str) -> str:
    """Return how a word sounds, by Metaphone; a number sounds like itself."""
    if word.isdigit():
        return word
    return jellyfish.metaphone(word) or word


def _person_words(words: list[str]) -> list[str]:
    without = [word for word in words if word not in HONORIFICS]
    return without or words


def _organization_words(words: list[str]) -> list[str]:
    words = [ABBREVIATIONS.get(word, word) for word in words]
    without = [word for word in words if word not in LEGAL_FORMS and word not in ("the", "of")]
    return without or words


def folded(text: str, kind: str) -> Folded:
    """Return the name as it is compared; empty strings where nothing of it can be read."""
    words = fold(text).split()
    if kind == PERSON:
        words = _person_words(words)
        whole = " ".join(sorted(words))
        # Particles are written, joined or left out as the spelling likes: not how a name sounds.
        sounding = [word for word in words if word not in PARTICLES] or words
        return Folded(whole, whole, _sounds(sounding), _by_sound(words))
    words = _organization_words(words)
    core = [word for word in words if word not in STOP_WORDS] or words
    whole = " ".join(sorted(words))
    return Folded(whole, " ".join(sorted(core)), _sounds(core), _by_sound(core))


def _sounds(words: list[str]) -> str:
    return intern(" ".join(sorted(sound_of(word) for word in words)))


def _by_sound(words: list[str]) -> str:
    return " ".join(sorted(words, key=lambda word: (sound_of(word), word)))
