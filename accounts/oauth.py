"""What programs are told in the terms of OAuth 2.0 (RFC 6749, RFC 8628). No database here."""

from dataclasses import dataclass

from django.conf import settings

DEVICE_CODE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
REFRESH_TOKEN_GRANT = "refresh_token"  # noqa: S105 - a name, not a secret


class OAuthError(Exception):
    """A refusal with its registered code, a sentence, and the status that carries it."""

    def __init__(self, code: str, sentence: str, *, status: int = 400) -> None:
        super().__init__(f"{code}: {sentence}")
        self.code = code
        self.sentence = sentence
        self.status = status


@dataclass(frozen=True)
class DeviceCodes:
    """What a device is given to show and to poll with (RFC 8628, section 3.2). Seconds."""

    device_code: str
    user_code: str
    expires_in: int
    interval: int


@dataclass(frozen=True)
class DeviceTokens:
    """What a device is given once it may (RFC 6749, section 5.1). Seconds."""

    access_token: str
    refresh_token: str
    expires_in: int
    rights: tuple[str, ...]


def client_name(client_id: str) -> str:
    """Return the name under which people know a client. Raises OAuthError for an unknown one."""
    name = settings.DEVICE_CLIENTS.get(client_id)
    if name is None:
        raise OAuthError("invalid_client", "This portal does not know the client.")
    return str(name)
