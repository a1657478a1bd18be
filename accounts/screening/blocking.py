"""Keys that two names must share for a comparison to be worth its time.

For each word its sound, its beginning and its end, so that one typing error, or one sound written
in another way, leaves a key that both have. What is lost so is measured, in tests and by
`python -m tests.bench screening`; docs/screening.md has the figures.
"""

from accounts.screening.folding import Folded, sound_of

_SOUND = 4
_PART = 4
# A shorter word is its own beginning and end.
_SHORT = 3


def keys(name: Folded) -> frozenset[str]:
    """Return the blocking keys of a folded name."""
    found: set[str] = set()
    for word in name.core.split():
        if len(word) < _SHORT:
            found.add(f"={word}")
            continue
        found.add(f"~{sound_of(word)[:_SOUND]}")
        found.add(f"^{word[:_PART]}")
        found.add(f"${word[-_PART:]}")
    found.add(f"#{name.core.replace(' ', '')[:8]}")
    return frozenset(found)
