"""How often somebody may knock at a door that needs no account. Counted in the cache."""

import hashlib

from django.core.cache import cache


def takes_one(name: str, who: str, *, most: int, seconds: int) -> bool:
    """Count one attempt of `who`; tell whether it is within `most` in `seconds`.

    Two at the very same moment may count as one: this slows guessing down, it guards no state.
    """
    key = f"rate:{name}:{hashlib.sha256(who.encode()).hexdigest()[:32]}"
    if cache.add(key, 1, seconds):
        return True
    try:
        return cache.incr(key) <= most
    except ValueError:
        # It ended between the two questions.
        cache.set(key, 1, seconds)
        return True
