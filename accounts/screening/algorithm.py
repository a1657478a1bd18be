"""What the scores mean: thresholds and weights, which have a version together."""

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cached_property

# Raised whenever folding, blocking or scoring changes what comes out: everybody is due again.
CODE_VERSION = 2


@dataclass(frozen=True)
class Algorithm:
    """The numbers of the matching. What they are is kept with each result, as `version`."""

    stop: int = 95
    review: int = 78
    # Kept in the record, below review too, with this score at least.
    noted: int = 50
    # Who sounds alike in every word, and reads alike at least so much, is reviewed.
    sound_floor: int = 66
    sound_score: int = 85
    # Jaro-Winkler finds what typing errors hide, close below the threshold. It never stops.
    near: int = 6
    near_jaro_winkler: int = 92
    # Country, year of birth and address: what agrees raises, what contradicts lowers.
    country_agrees: int = 2
    country_differs: int = 3
    born_agrees: int = 4
    born_differs: int = 10
    address_agrees: int = 2
    kind_differs: int = 10

    def __post_init__(self) -> None:
        if not 50 <= self.noted <= self.review <= self.stop <= 100:
            raise ValueError("The thresholds must rise: noted, review, stop, within 50 to 100.")

    @cached_property
    def version(self) -> str:
        """Return what names this algorithm: its code, and its numbers as a short digest."""
        numbers = json.dumps(asdict(self), sort_keys=True).encode()
        return f"{CODE_VERSION}-{hashlib.sha256(numbers).hexdigest()[:8]}"

    @cached_property
    def floor(self) -> int:
        """Return the least likeness of letters that anything could lift to the review threshold."""
        lift = self.country_agrees + self.born_agrees + self.address_agrees
        return min(self.sound_floor, self.review - lift, self.review - self.near - lift)
