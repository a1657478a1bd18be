"""The only writers of delivery. One module a subject; import from here."""

from delivery.services.access_log import LogRead, read_access_log
from delivery.services.downloads import (
    Authorisation,
    authorise_download,
    note_sent,
    record_export,
)
from delivery.services.links import LIFETIMES, MOST_FILES, bound, create_links, revoke_links
from delivery.services.quotas import foreseen, foreseen_any

__all__ = [
    "LIFETIMES",
    "MOST_FILES",
    "Authorisation",
    "LogRead",
    "authorise_download",
    "bound",
    "create_links",
    "foreseen",
    "foreseen_any",
    "note_sent",
    "read_access_log",
    "record_export",
    "revoke_links",
]
