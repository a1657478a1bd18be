"""A browser in which somebody is signed in and has lately proven who they are."""

import time

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.internal.flows.login import _AUTHENTICATION_METHODS_USER_SESSION_KEY
from allauth.account.internal.userkit import user_id_to_str
from django.test import Client

from accounts.models import User

# Too long ago for what asks once more.
AGO = 1000


def proven_client(user: User, *, seconds_ago: float = 0, by: str = "password") -> Client:
    """Return a client as after a sign-in and a proof, `by` "password" or "mfa"."""
    client = Client()
    client.force_login(user)
    prove(client, user, seconds_ago=seconds_ago, by=by)
    return client


def prove(client: Client, user: User, *, seconds_ago: float = 0, by: str = "password") -> None:
    """Write into the client's session that its person proved who they are."""
    session = client.session
    record = {"method": by, "at": time.time() - seconds_ago, "reauthenticated": True}
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [record]
    session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = user_id_to_str(user)
    session.save()
