"""What the person behind a session has proven, and when: read from allauth's own record."""

from datetime import UTC, datetime

from allauth.account.authentication import get_authentication_records
from django.http import HttpRequest

from accounts.models import User


def second_factor_at(request: HttpRequest) -> datetime | None:
    """Return when the session's person last showed a passkey, a key or a code; None for never."""
    if not isinstance(request.user, User):
        return None
    records = get_authentication_records(request, request.user)
    moments = [record["at"] for record in records if record.get("method") == "mfa"]
    return datetime.fromtimestamp(max(moments), UTC) if moments else None
