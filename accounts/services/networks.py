"""Loading which country blocks of addresses are registered in, one registry at a time."""

import hashlib
import io
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions import Action
from accounts.delegated import Delegated, DelegatedError, read_delegated
from accounts.models import NetworkBlock, NetworkFile
from audit.services import record

LARGEST = 100_000_000


def load_networks(path: Path) -> NetworkFile:
    """Put a registry's file in the place of what was loaded of it before, all of it or nothing.

    Raises DelegatedError with a sentence where it cannot be read, or is no such file.
    """
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise DelegatedError(str(error.strerror)) from None
    if len(data) > LARGEST:
        raise DelegatedError(_("The file is too long: more than %d bytes.") % LARGEST)
    try:
        found = read_delegated(io.StringIO(data.decode("ascii")))
    except UnicodeDecodeError:
        raise DelegatedError(_("The file is not plain text in ASCII.")) from None
    return _replace(found, hashlib.sha256(data).hexdigest())


@transaction.atomic
def _replace(found: Delegated, sha256: str) -> NetworkFile:
    loaded, _made = NetworkFile.objects.update_or_create(
        registry=found.registry,
        defaults={
            "serial": found.serial,
            "sha256": sha256,
            "blocks_count": len(found.blocks),
            "loaded_at": timezone.now(),
        },
    )
    NetworkBlock.objects.filter(file=loaded).delete()
    with connection.cursor() as cursor:
        into = "COPY accounts_networkblock (file_id, first, last, country) FROM STDIN"
        with cursor.copy(into) as rows:
            for block in found.blocks:
                rows.write_row((loaded.pk, str(block.first), str(block.last), block.country))
    record(
        actor=None,
        action=Action.NETWORKS_LOADED,
        target=loaded,
        data={
            "registry": found.registry,
            "serial": found.serial,
            "sha256": sha256,
            "blocks": len(found.blocks),
        },
    )
    return loaded
