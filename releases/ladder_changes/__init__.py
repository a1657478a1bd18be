"""What a version of a ladder changes against another, and whether that tightens or loosens.

Tightening takes one, loosening takes more: a version that loosens anything is adopted by the
board's motion only, so that in doubt a change counts as loosening. Where a stage in between comes
or goes, the order changes, or a requirement asks for something else, that loosens in either
direction; every other change tightens in one direction and loosens in the other.
"""

from releases.ladder_changes.comparison import compare, deciding_stages, loosening
from releases.ladder_changes.measures import Change

__all__ = ["Change", "compare", "deciding_stages", "loosening"]
