"""What one table changes against another, and whether that tightens or loosens.

Judged country by country, so that a group with another name and the same members changes nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from boards.rule_changes import Change
from common.countries import COUNTRIES
from licensing.countries.table import GIVING, Effect, StageEffects, Table
from releases.choices import AccessMode

# Beside the countries: whoever's country nobody stated, and every code that the world may yet add.
_UNKNOWN = ""
_ANY_OTHER = "*"
_CELLS = (*COUNTRIES, _UNKNOWN, _ANY_OTHER)


def changes_between(old: Table, new: Table) -> list[Change]:
    """Return every change in what is done with whom; those that loosen first.

    A new title, source or grouping alone is no change.
    """
    found = [
        change for mode in GIVING for change in _stage_changes(mode, old.at(mode), new.at(mode))
    ]
    return sorted(found, key=lambda change: change.effect != "loosens")


def loosening(changes: Iterable[Change]) -> list[Change]:
    """Return the changes that take a motion."""
    return [change for change in changes if change.effect == "loosens"]


def strictest(tables: Sequence[Table]) -> Table:
    """Return a table that does with each country the strictest that any of these does."""
    return Table(
        stages={mode: _strictest_of([table.at(mode) for table in tables]) for mode in GIVING}
    )


def _strictest_of(stages: Sequence[StageEffects]) -> StageEffects:
    def of(cell: str) -> Effect:
        return max((_effect(stage, cell) for stage in stages), key=lambda each: each.strictness)

    everyone_else = of(_ANY_OTHER)
    codes = sorted({code for stage in stages for code, _effect_of in stage.named})
    named = tuple((code, of(code)) for code in codes)
    return StageEffects(everyone_else, of(_UNKNOWN), named)


def _effect(stage: StageEffects, cell: str) -> Effect:
    return stage.everyone_else if cell == _ANY_OTHER else stage.effect_on(cell)


def _stage_changes(mode: str, old: StageEffects, new: StageEffects) -> list[Change]:
    cells: dict[tuple[Effect, Effect], list[str]] = defaultdict(list)
    before, after = dict(old.named), dict(new.named)
    for cell in _CELLS:
        was = before.get(cell, old.everyone_else) if cell else old.unknown
        now = after.get(cell, new.everyone_else) if cell else new.unknown
        if was is not now:
            cells[was, now].append(cell)
    return [_change(mode, was, now, found) for (was, now), found in cells.items()]


def _change(mode: str, was: Effect, now: Effect, cells: list[str]) -> Change:
    loosens = now.strictness < was.strictness
    return Change(
        effect="loosens" if loosens else "tightens",
        part=f"{mode}.{was.value}.{now.value}",
        what=_("%(stage)s, %(whom)s: “%(old)s” becomes “%(new)s”.")
        % {
            "stage": AccessMode(mode).label,
            "whom": _whom(cells),
            "old": was.label,
            "new": now.label,
        },
        why=_("Less is asked of them.") if loosens else _("More is asked of them."),
    )


def _whom(cells: list[str]) -> str:
    """Name those concerned; where it is most of the world, those who are not."""
    words = []
    if _ANY_OTHER in cells:
        left = sorted(COUNTRIES[code] for code in COUNTRIES if code not in set(cells))
        but = _("every country but %(countries)s") % {"countries": ", ".join(left)}
        words.append(but if left else _("every country"))
    else:
        words += [COUNTRIES[cell] for cell in cells if cell in COUNTRIES]
    if _UNKNOWN in cells:
        words.append(_("whoever stated no country"))
    return ", ".join(words)
