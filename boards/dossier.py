"""What a dossier consists of: texts by key, and the two parts that have a structure.

`exhibits` are items of evidence, attachments and references, each with the SHA-256 of its bytes
or of the canonical JSON of what is referred to, so that a changed exhibit changes the dossier:

    {"type": "Report", "title": "Red team", "digest": "<64 hex>", "url": "/evidence/7/", "note": ""}

`conditions` are what a machine watches after the decision; only the sentence concerns a board:

    {"sentence": "The score on X stays below 0.4.", "rule": {...}}
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from boards.kinds import kind_of, part_name, warnings_of
from common.text import one_line, paragraphs

EXHIBITS = "exhibits"
CONDITIONS = "conditions"
MOST_EXHIBITS = 200
MOST_CONDITIONS = 50
TEXT_LENGTH = 2000
# Of each text that a proposer writes.
MOST_CHARACTERS = 20_000

_DIGEST = re.compile(r"[0-9a-f]{64}")
# A path of this portal, never another host: `//host` would be one.
_PATH = re.compile(r"/(?![/\\])[^\s\x00-\x1f\x7f\\]{0,299}")


def check_texts(
    texts: Mapping[str, str], fields: Sequence[str], optional: Sequence[str] = ()
) -> dict[str, str]:
    """Return what was written, trimmed; empty parts that are `optional` are left out.

    Raises ValueError naming the part that is missing, unknown or wrong.
    """
    unknown = sorted(set(texts) - set(fields))
    if unknown:
        raise ValueError(f"The dossier has no part called {unknown[0]!r}.")
    checked = {}
    for name in fields:
        text = texts.get(name, "")
        if name in optional and not text.strip():
            continue
        try:
            checked[name] = paragraphs(text, max_length=MOST_CHARACTERS)
        except ValueError as error:
            words = name.replace("_", " ")
            raise ValueError(f"The dossier's {words}: {error}") from None
    return checked


def check_structure(dossier: Mapping[str, Any]) -> dict[str, Any]:
    """Return the dossier with its structured parts trimmed; texts are left as they are.

    Raises ValueError with a sentence that names the entry and what is wrong with it.
    """
    checked = dict(dossier)
    for key, check, most in (
        (EXHIBITS, _exhibit, MOST_EXHIBITS),
        (CONDITIONS, _condition, MOST_CONDITIONS),
    ):
        if key in dossier:
            checked[key] = [
                check(entry, f"{key}, number {number}")
                for number, entry in enumerate(_entries(dossier[key], key, most), start=1)
            ]
    return checked


def _entries(value: object, key: str, most: int) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError(_("%(where)s: this part must be a list.") % {"where": key})
    if len(value) > most:
        raise ValueError(
            _("%(where)s: there are %(count)d entries; at most %(most)d fit.")
            % {"where": key, "count": len(value), "most": most}
        )
    return value


def _exhibit(entry: object, where: str) -> dict[str, Any]:
    parts = _keys(entry, {"type", "title", "digest", "url", "note"}, where)
    digest, url = parts["digest"], parts["url"]
    if not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
        raise ValueError(
            _("%(where)s: the digest must be 64 hexadecimal characters.") % {"where": where}
        )
    if not isinstance(url, str) or (url and not _PATH.fullmatch(url)):
        raise ValueError(
            _("%(where)s: the address must be a path of this portal, or empty.") % {"where": where}
        )
    return {
        "type": _text(parts, "type", where, 80),
        "title": _text(parts, "title", where, 300),
        "digest": digest,
        "url": url,
        "note": _text(parts, "note", where, TEXT_LENGTH) if parts["note"] else "",
    }


def _condition(entry: object, where: str) -> dict[str, Any]:
    parts = _keys(entry, {"sentence", "rule"}, where)
    if not isinstance(parts["rule"], dict):
        raise ValueError(_("%(where)s: the rule must be an object.") % {"where": where})
    return {"sentence": _text(parts, "sentence", where, TEXT_LENGTH), "rule": parts["rule"]}


def _keys(entry: object, keys: set[str], where: str) -> dict[str, Any]:
    if not isinstance(entry, dict) or set(entry) != keys:
        raise ValueError(
            _("%(where)s: it must have exactly these parts: %(parts)s.")
            % {"where": where, "parts": ", ".join(sorted(keys))}
        )
    return entry


def _text(parts: dict[str, Any], key: str, where: str, limit: int) -> str:
    value = parts[key]
    if not isinstance(value, str):
        raise ValueError(_("%(where)s: %(key)s must be text.") % {"where": where, "key": key})
    read = paragraphs if key in ("note", "sentence") else one_line
    try:
        return read(value, max_length=limit)
    except ValueError as error:
        raise ValueError(f"{where}, {key}: {error}") from None


@dataclass(frozen=True)
class Shown:
    """A dossier as pages show it: headed texts, exhibits, sentences of conditions.

    `warnings` stand above all of it.
    """

    sections: list[dict[str, str]]
    exhibits: list[dict[str, str]]
    conditions: list[str]
    warnings: list[str] = field(default_factory=list)


def shown(kind: str, dossier: Mapping[str, Any]) -> Shown:
    """Return what a page shows. What is not of the shape is shown as text, never hidden."""
    try:
        checked = check_structure(dossier)
    except ValueError:
        return Shown(_sections(kind, dossier), [], [], warnings_of(kind, dossier))
    texts = {key: value for key, value in checked.items() if key not in (EXHIBITS, CONDITIONS)}
    return Shown(
        sections=_sections(kind, texts),
        exhibits=checked.get(EXHIBITS, []),
        conditions=[each["sentence"] for each in checked.get(CONDITIONS, [])],
        warnings=warnings_of(kind, dossier),
    )


def _sections(kind: str, texts: Mapping[str, Any]) -> list[dict[str, str]]:
    # The database keeps no order of keys; a dossier is read in the order of its kind's parts.
    order = {key: place for place, key in enumerate(kind_of(kind).part_names)}
    keys = sorted(texts, key=lambda key: order.get(key, len(order)))
    return [{"title": part_name(kind, key), "text": _shown(texts[key])} for key in keys]


def _shown(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return "\n".join(value)
    return json.dumps(value, ensure_ascii=False, indent=2)
