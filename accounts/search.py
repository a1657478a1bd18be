"""Finding people and organisations by the beginnings of the words in their names.

PostgreSQL's own text search in the configuration "simple", over an index each: it needs no
extension, which a managed database may not offer, and is as quick among a million as among ten.
"""

import re

from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db.models import Func

_WORD = re.compile(r"\w+")
MOST_WORDS = 8


class Words(Func):
    """The words of some columns. An address counts as the words between its signs."""

    output_field = SearchVectorField()
    template = "to_tsvector('simple'::regconfig, translate(%(expressions)s, '@._+-', '     '))"
    arg_joiner = " || ' ' || "


def beginnings(text: str) -> SearchQuery | None:
    """Return a query for all words of a text, each by its beginning; None without a word."""
    words = _WORD.findall(text.replace("_", " "))[:MOST_WORDS]
    if not words:
        return None
    return SearchQuery(
        " & ".join(f"'{word.lower()}':*" for word in words), config="simple", search_type="raw"
    )
