"""Evidence as the requirements of a stage look at it. No database, no clock."""

from dataclasses import dataclass
from datetime import datetime

from releases.evidence.told import Flag, Score


@dataclass(frozen=True)
class EvidenceFacts:
    """One piece of evidence about the release that is judged.

    `digest_bound`: it was added for the very digest that the release has. That a log names the
    release itself is another matter, which the flag `not_bound` denies. A superseded or withdrawn
    one counts for nothing; it is given so that a sentence can say why.
    """

    public_id: str
    type: str
    title: str
    scores: tuple[Score, ...] = ()
    flags: tuple[Flag, ...] = ()
    digest_bound: bool = True
    ran_at: datetime | None = None
    expires_at: datetime | None = None
    superseded: bool = False
    withdrawn: bool = False
    independent: bool = False
    elicitation: str = "not_applicable"
    # The organisation that ran it, and where the item can be read.
    run_by: str = ""
    url: str = ""

    def stands(self, now: datetime) -> bool:
        """Tell whether it counts: about these bytes, not ended, not expired."""
        return (
            self.digest_bound
            and not self.superseded
            and not self.withdrawn
            and self.expires_at is not None
            and now < self.expires_at
        )
