"""Keys that two names must share for a comparison to be worth its time.

For each word its sound, its beginning and its end, so that one typing error, or one sound written
in another way, leaves a key that both have; for each two words how both begin and how both end, so
that an error in each of two short words does too. What is lost so is measured, in tests and by
`python -m tests.bench screening`; docs/screening.md has the figures.
"""

from itertools import combinations

from accounts.screening.folding import Folded, sound_of

_SOUND = 4
_PART = 4
# A shorter word is its own beginning and end.
_SHORT = 3
_OF_TWO = 2
# Longer names are like others in a whole word: only the first few are paired.
_PAIRED = 4


def keys(name: Folded) -> frozenset[str]:
    """Return the blocking keys of a folded name."""
    found: set[str] = set()
    words = name.core.split()
    for word in words:
        if len(word) < _SHORT:
            found.add(f"={word}")
            continue
        found.add(f"~{sound_of(word)[:_SOUND]}")
        found.add(f"^{word[:_PART]}")
        found.add(f"${word[-_PART:]}")
    for one, other in combinations(words[:_PAIRED], 2):
        found.add(f"^{one[:_OF_TWO]} {other[:_OF_TWO]}")
        # In their own order: another beginning may have put the words in another one.
        found.add("$" + " ".join(sorted((one[-_OF_TWO:], other[-_OF_TWO:]))))
    found.add(f"#{name.core.replace(' ', '')[:8]}")
    return frozenset(found)
