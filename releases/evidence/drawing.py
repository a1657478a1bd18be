"""Samples drawn at random, so that anybody who has the seed and the file can draw them again."""

import hashlib
from bisect import insort
from collections.abc import Iterable


def rank(seed: int, sample: str, epoch: int) -> bytes:
    """Return the number by which samples are drawn, the smallest first."""
    text = f"{seed}\n{sample}\n{epoch}"
    return hashlib.sha256(text.encode(errors="surrogatepass")).digest()


def drawn(keys: Iterable[tuple[str, int]], *, seed: int, count: int) -> list[tuple[str, int]]:
    """Return the `count` of the (id, epoch) that come first by rank; each once.

    Never more than those are held.
    """
    found: list[tuple[bytes, tuple[str, int]]] = []
    for key in keys:
        placed = rank(seed, *key), key
        if (len(found) < count or placed < found[-1]) and placed not in found:
            insort(found, placed)
            del found[count:]
    return [key for _, key in found]
