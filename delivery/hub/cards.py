"""The YAML front matter of a model card, as data. Never an error: without it there is none."""

import json
from functools import lru_cache
from typing import Any

import yaml

from releases.models import Artifact
from releases.store import StoreError, open_object

CARD = "README.md"
# Front matter is short; a file that begins like one may be of any size.
LONGEST = 32 * 1024
# Where brackets nest, the parser's work grows with the square of their number.
LONGEST_BLOCK = 8 * 1024
MOST_BRACKETS = 200
_MARK = "---"
# A tag on a value that is not of its kind, as `!!bool foo`, raises whatever it happens to.
_STUMBLES = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError)


def card_data(card: Artifact) -> dict[str, Any] | None:
    """Return the front matter of a release's README.md, or None."""
    try:
        return _front_matter(card.sha256)
    except (OSError, StoreError):
        # The store may have it again next time.
        return None


@lru_cache(maxsize=64)
def _front_matter(sha256: str) -> dict[str, Any] | None:
    with open_object(sha256) as file:
        text = file.read(LONGEST).decode(errors="ignore")
    return front_matter(text)


def front_matter(text: str) -> dict[str, Any] | None:
    """Return the mapping between two lines of `---` at the beginning of a text, as plain JSON."""
    lines = text.splitlines()
    if not lines or lines[0].rstrip() != _MARK:
        return None
    end = next((at for at, line in enumerate(lines) if at and line.rstrip() == _MARK), None)
    if end is None:
        return None
    block = "\n".join(lines[1:end])
    if len(block) > LONGEST_BLOCK or block.count("[") + block.count("{") > MOST_BRACKETS:
        return None
    try:
        # A few lines of aliases unfold to gigabytes.
        if any(isinstance(token, yaml.AliasToken) for token in yaml.scan(block)):
            return None
        data = yaml.safe_load(block)
        if not isinstance(data, dict):
            return None
        return json.loads(json.dumps(data, default=str, allow_nan=False))
    except (yaml.YAMLError, RecursionError, *_STUMBLES):
        return None
