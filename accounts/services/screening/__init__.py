"""The only writers of lists, watches and what screening found. One module a subject."""

from accounts.services.screening.deciding import decide_hit
from accounts.services.screening.importing import import_list, sweep_imports, upload_list
from accounts.services.screening.keeping import sweep_former_entries
from accounts.services.screening.running import (
    screen_due,
    screen_watches,
    start_round_if_due,
)
from accounts.services.screening.watching import (
    Party,
    end_watching,
    subject_changed,
    sweep_clearances,
    watch,
)

__all__ = [
    "Party",
    "decide_hit",
    "end_watching",
    "import_list",
    "screen_due",
    "screen_watches",
    "start_round_if_due",
    "subject_changed",
    "sweep_clearances",
    "sweep_former_entries",
    "sweep_imports",
    "upload_list",
    "watch",
]
