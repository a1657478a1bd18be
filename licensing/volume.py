"""How much of the weights a grant lets out: so many bytes in any so many days."""

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from django.utils.translation import gettext as _

from common.templatetags.ui import bytes_size

GIGABYTE = 10**9
MOST_BYTES = 10**18
MOST_DAYS = 366


@dataclass(frozen=True)
class Volume:
    """A download quota over a rolling window."""

    bytes: int
    days: int

    @property
    def period(self) -> timedelta:
        """Return the length of the window."""
        return timedelta(days=self.days)

    def __str__(self) -> str:
        return _("%(size)s in any %(days)d days") % {
            "size": bytes_size(self.bytes),
            "days": self.days,
        }


class Former(Enum):
    """In place of a quota: the one of the holder's last grant on the model, if it had one."""

    VOLUME = "volume"


def check_volume(volume: Volume) -> Volume:
    """Return the volume. Raises ValueError with a sentence for one that cannot be."""
    if not 0 < volume.bytes <= MOST_BYTES:
        raise ValueError(_("The volume must be more than nothing and less than an exabyte."))
    if not 0 < volume.days <= MOST_DAYS:
        raise ValueError(_("The volume counts over 1 to %(most)d days.") % {"most": MOST_DAYS})
    return volume


def is_looser(new: Volume | None, old: Volume | None) -> bool:
    """Tell whether somebody could download more, over some stretch of time, than before."""
    if old is None:
        return False
    return new is None or new.bytes > old.bytes or new.days < old.days
