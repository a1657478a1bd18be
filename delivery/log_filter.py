"""Keeps the secrets of links out of the log: Django logs the address of what it refuses."""

import logging
import re

# As mounted in delivery.urls.
_SECRET = re.compile(r"^/d/[^/]+")


class LinkSecretFilter(logging.Filter):
    """Blank the secret where an address of a link is among a record's arguments."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Never drops a record."""
        if isinstance(record.args, tuple):
            record.args = tuple(
                _SECRET.sub("/d/-", arg) if isinstance(arg, str) else arg for arg in record.args
            )
        return True
