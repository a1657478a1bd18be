"""Write docs/permissions.md from the table: `python -m tests.permissions.write`."""

from pathlib import Path

from tests.permissions.rows import KINDS, PARTLY_REFUSED, Row
from tests.permissions.table import SECTIONS

TARGET = Path(__file__).resolve().parent.parent.parent / "docs" / "permissions.md"
HEAD = """# Who may go where

Every address of the portal against every kind of person. The tests hold the portal to this table
and fail for an address that is not in it; the table is `tests/permissions/table.py`.

- *applicant*: has an application of their own, and no grant. *outsider*: belongs to another
  organisation. *grantee*: holds a grant on the model.
- *reviewer*: may review applications for the model. *lead*: has the chair, manages the model's
  releases and may place holds on it.
- *operator*: `is_staff`. *superuser*: `is_superuser`, which opens no governed door.

**yes**: let in. **-**: answered 404, as if it did not exist. **sign in**: sent to the sign-in page.
**refused**: 403. **token**: 401, a token is needed.
"""
WORDS = {"hidden": "-", "unauthorised": "token", "sign in or refused": "refused"}


def document() -> str:
    """Return the whole document."""
    parts = [HEAD]
    for title, rows in SECTIONS.items():
        parts.append(f"\n## {title}\n\n| address | does | {' | '.join(KINDS)} | note |\n")
        parts.append("|---" * (len(KINDS) + 3) + "|\n")
        parts += [_line(row) for row in rows]
    return "".join(parts)


def _line(row: Row) -> str:
    address = f"/{row.pattern}".replace("|", "\\|")
    does = "reads" if row.method == "GET" else "acts"
    cells = [_cell(row, kind) for kind in KINDS]
    return f"| `{address}` | {does} | {' | '.join(cells)} | {row.note} |\n"


def _cell(row: Row, kind: str) -> str:
    if kind in row.who:
        return "yes"
    if kind == "anonymous":
        return WORDS.get(row.anonymous, row.anonymous)
    if row.others in PARTLY_REFUSED:
        return "refused" if kind in PARTLY_REFUSED[row.others] else "-"
    return WORDS.get(row.others, row.others)


if __name__ == "__main__":
    TARGET.write_text(document())
