"""The signature of a release: made once, at sealing or by the sweep, and never altered."""

from django.db import transaction

from audit.services import has_signing_key, record, sign
from releases import selectors
from releases.actions import Action
from releases.choices import ReleaseState
from releases.manifest import Entry
from releases.models import Release, ReleaseSignature
from releases.services.checks import lock_release
from releases.signature import PAYLOAD_TYPE, bundle, statement


@transaction.atomic
def sign_release(*, release_id: int) -> ReleaseSignature | None:
    """Sign the stored digests of a sealed release with the instance's key.

    Nothing happens where the instance has no key, or the release is signed: a signature stands,
    whatever becomes of the release.
    """
    release = lock_release(release_id)
    if not has_signing_key() or release.digest is None:
        return None
    existing = ReleaseSignature.objects.filter(release=release).first()
    if existing is not None:
        return existing
    entries = [
        Entry(artifact.path, artifact.size, artifact.sha256)
        for artifact in selectors.artifacts_of(release)
    ]
    key, envelope = sign(payload_type=PAYLOAD_TYPE, payload=statement(str(release), entries))
    signature = ReleaseSignature.objects.create(
        release=release, key=key, bundle=bundle(key.public_pem, envelope)
    )
    record(
        actor=None,
        action=Action.RELEASE_SIGNED,
        target=release,
        also=(release.model,),
        data={"key": key.fingerprint},
    )
    return signature


def sign_unsigned() -> int:
    """Sign releases that were sealed before there was a key, a few at a time; say how many."""
    if not has_signing_key():
        return 0
    owed = Release.objects.filter(
        state__in=(ReleaseState.SEALED, ReleaseState.WITHDRAWN), signature__isnull=True
    )
    found = list(owed.order_by("id").values_list("pk", flat=True)[:20])
    for release_id in found:
        sign_release(release_id=release_id)
    return len(found)
