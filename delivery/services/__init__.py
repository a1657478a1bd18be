"""The only writers of delivery. One module a subject; import from here."""

from delivery.services.downloads import Authorisation, authorise_download, note_sent
from delivery.services.links import LIFETIMES, MOST_FILES, bound, create_links, revoke_links

__all__ = [
    "LIFETIMES",
    "MOST_FILES",
    "Authorisation",
    "authorise_download",
    "bound",
    "create_links",
    "note_sent",
    "revoke_links",
]
