"""The only writers of delivery. One module a subject; import from here."""

from delivery.services.downloads import Authorisation, authorise_download, note_sent

__all__ = ["Authorisation", "authorise_download", "note_sent"]
