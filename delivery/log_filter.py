"""Keeps the secrets of links out of the log: Django logs the address of what it refuses."""

import logging
import re

from common.mail_links import PLACES

# As mounted in delivery.urls, and where mailed links lead.
_SECRET = re.compile("^(" + "|".join(re.escape(place) for place in ("/d/", *PLACES)) + ")[^/?]+")


class LinkSecretFilter(logging.Filter):
    """Blank the secret where an address of a link is among a record's arguments."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Never drops a record."""
        if isinstance(record.args, tuple):
            record.args = tuple(
                _SECRET.sub(r"\1-", arg) if isinstance(arg, str) else arg for arg in record.args
            )
        return True
