"""Personal fields, encrypted under a key per person, so that a person can be erased.

Each subject's key stands in one deletable row, itself encrypted ("wrapped") under the
instance's PERSONAL_DATA_KEY, so that a copy of the database alone opens nothing.
Fernet (AES-128-CBC with HMAC-SHA256) from the `cryptography` package does the work.
"""

from collections.abc import Iterable
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from audit.models import Subject
from common.prepared import Parameter, Prepared

# What a BinaryField gives: bytes when just made, a view when read back.
Token = bytes | memoryview
ERASED = "(erased)"


def _instance_keys() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.PERSONAL_DATA_KEYS])


def new_wrapped_key() -> bytes:
    """Return a fresh subject key, wrapped for storage."""
    return _instance_keys().encrypt(Fernet.generate_key())


def seal_for_instance(text: str) -> str:
    """Encrypt what another's code stores for a person, in a row that goes when the person goes."""
    return _instance_keys().encrypt(text.encode()).decode()


def open_for_instance(sealed: str) -> str:
    """Decrypt what `seal_for_instance` gave. Raises InvalidToken where the key is another."""
    return _instance_keys().decrypt(sealed.encode()).decode()


def _fernet(subject: Subject) -> Fernet:
    return Fernet(_instance_keys().decrypt(bytes(subject.wrapped_key)))


def seal_with(subject: Subject, text: str) -> bytes:
    """Encrypt `text` under the key of a subject row already at hand."""
    return _fernet(subject).encrypt(text.encode())


def seal(pseudonym: UUID, text: str) -> bytes:
    """Encrypt `text` under the person's key. Raises Subject.DoesNotExist once they are erased."""
    return seal_bytes(pseudonym, text.encode())


def seal_bytes(pseudonym: UUID, content: bytes) -> bytes:
    """Encrypt a file under the person's key. Raises Subject.DoesNotExist once they are erased."""
    found = _SUBJECT.fetch(pseudonym=pseudonym)
    if not found:
        raise Subject.DoesNotExist
    return _fernet(found[0]).encrypt(content)


# Asked at every download, so prepared.
_SUBJECT = Prepared(lambda: Subject.objects.filter(pk=Parameter("pseudonym", "uuid")))


def unseal(pseudonym: UUID, token: Token) -> str:
    """Decrypt what `seal` gave; `ERASED` where the key is gone."""
    return unseal_many([(pseudonym, token)])[0]


def unseal_bytes(pseudonym: UUID, token: Token) -> bytes | None:
    """Decrypt what `seal_bytes` gave; None where the key is gone."""
    subject = Subject.objects.filter(pk=pseudonym).first()
    if subject is None:
        return None
    try:
        return _fernet(subject).decrypt(bytes(token))
    except InvalidToken:
        return None


def unseal_many(items: Iterable[tuple[UUID, Token]]) -> list[str]:
    """Decrypt many fields of many people with one query."""
    pairs = list(items)
    subjects = Subject.objects.in_bulk({pseudonym for pseudonym, _ in pairs})
    return [_open(subjects.get(pseudonym), token) for pseudonym, token in pairs]


def _open(subject: Subject | None, token: Token) -> str:
    if subject is None:
        return ERASED
    try:
        return _fernet(subject).decrypt(bytes(token)).decode()
    except InvalidToken:
        # Sealed under an earlier key of the same pseudonym, or damaged: not readable either way.
        return ERASED


def unseal_label(subject: Subject) -> str:
    """Return the display name of a subject row already at hand."""
    return _open(subject, subject.sealed_label)
