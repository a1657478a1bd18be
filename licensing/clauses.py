"""The clauses of an agreement: what their headings say they are about. Pure.

A heading may end with its subjects in braces, and with the word `risky` where whoever accepts has
to tick that clause by itself:

    ## Passing the weights on {redistribution, risky}

A clause runs from its heading to the next one of the same rank or a higher. The braces are part
of the text that is hashed; the page shows the heading without them and gives it an id.
"""

import itertools
import re
import unicodedata
from dataclasses import asdict, dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.markdown import parse_markdown, tokens_to_html

RISKY = "risky"
_TAGGED = re.compile(r"^(?P<title>.*?)\s*\{(?P<tags>[^{}]*)\}\s*$", re.DOTALL)


class ClauseTag(models.TextChoices):
    """What a clause is about."""

    USE = "use", gettext_lazy("Use")
    MODIFICATION = "modification", gettext_lazy("Modification")
    REDISTRIBUTION = "redistribution", gettext_lazy("Redistribution")
    DISTILLATION = "distillation", gettext_lazy("Distillation")
    RECALL = "recall", gettext_lazy("Recall")
    SECURITY = "security", gettext_lazy("Security")
    AUDIT = "audit", gettext_lazy("Audit")


@dataclass(frozen=True)
class Clause:
    """A tagged heading. `anchor` is its id on the page."""

    anchor: str
    title: str
    tags: tuple[str, ...]
    risky: bool

    def data(self) -> dict[str, Any]:
        """Return the clause as JSON."""
        return {**asdict(self), "tags": list(self.tags)}


def canonical(text: str) -> str:
    """Return the form of a text that is stored and hashed.

    Composed (NFC), line feeds only, no space or tab at the end of a line, no empty line at either
    end, and one line feed after the last line.
    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    lines = [line.rstrip(" \t") for line in text.split("\n")]
    return "\n".join(lines).strip("\n") + "\n"


def read(text: str) -> tuple[str, list[Clause]]:
    """Return the page of a text as sanitised HTML, and its tagged clauses.

    Raises ValueError with a sentence for a subject that does not exist.
    """
    tokens = parse_markdown(text)
    clauses = []
    number = 0
    for opening, inline in itertools.pairwise(tokens):
        if opening.type != "heading_open":
            continue
        number += 1
        anchor = f"clause-{number}"
        opening.attrSet("id", anchor)
        found = _TAGGED.match(inline.content)
        if found is None:
            continue
        tags = [tag.strip().lower() for tag in found["tags"].split(",") if tag.strip()]
        _check(tags, found["title"])
        _strip(inline)
        clauses.append(
            Clause(
                anchor=anchor,
                title=_plain(inline),
                tags=tuple(tag for tag in dict.fromkeys(tags) if tag != RISKY),
                risky=RISKY in tags,
            )
        )
    return tokens_to_html(tokens, anchors=True), clauses


def _check(tags: list[str], title: str) -> None:
    known = [*ClauseTag.values, RISKY]
    wrong = next((tag for tag in tags if tag not in known), None)
    if wrong is not None or not tags:
        raise ValueError(
            _("The heading “%(title)s” is tagged “%(tag)s”. The tags are %(known)s.")
            % {"title": title, "tag": wrong or "", "known": ", ".join(known)}
        )
    if not title.strip():
        raise ValueError(_("A heading has tags and no words."))


def _strip(inline: Any) -> None:  # noqa: ANN401 - a token of the parser
    """Take the braces off a heading: they are in the last of its texts."""
    for child in reversed(inline.children or []):
        if child.type == "text" and child.content.strip():
            child.content = re.sub(r"\s*\{[^{}]*\}\s*$", "", child.content)
            return


def _plain(inline: Any) -> str:  # noqa: ANN401 - a token of the parser
    words = (
        child.content if child.type in ("text", "code_inline") else " "
        for child in inline.children or []
    )
    return " ".join("".join(words).split())[:200]
