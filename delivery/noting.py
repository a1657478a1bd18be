"""What is being sent, and tells the record in the end how far it got."""

import logging
from typing import BinaryIO

from django.db import DatabaseError

from delivery.ranges import ByteRange
from delivery.services import note_sent
from delivery.slices import Flow, Slice

logger = logging.getLogger(__name__)


class NotedSlice(Slice):
    """A slice of a file that tells the record how far it got, when the server has done with it."""

    def __init__(self, file: BinaryIO, part: ByteRange, download_id: int) -> None:
        super().__init__(file, part.start, part.length)
        self._download_id = download_id

    def close(self) -> None:
        """Close the file and note the bytes."""
        super().close()
        _note(self._download_id, self.sent)


class NotedFlow(Flow):
    """The same for bytes that come from elsewhere."""

    def __init__(self, source: BinaryIO, download_id: int) -> None:
        super().__init__(source)
        self._download_id = download_id

    def close(self) -> None:
        """Close the source and note the bytes."""
        super().close()
        _note(self._download_id, self.sent)


def _note(download_id: int, sent: int) -> None:
    """Note the bytes. What cannot be noted stays unknown."""
    try:
        note_sent(download_id=download_id, bytes_sent=sent)
    except DatabaseError:
        logger.exception("It could not be noted how far download %s got.", download_id)
