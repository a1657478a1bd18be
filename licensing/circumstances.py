"""The circumstances of a request, as the verdict wants them."""

from django.http import HttpRequest

from accounts.models import PersonalToken
from accounts.proofs import second_factor_at
from common.client_address import client_address
from licensing.verdict import Context


def context_of(request: HttpRequest, token: PersonalToken | None = None) -> Context:
    """Return when, from where and how well proven the request comes.

    A token stands for itself: what its bearer's browser proved counts for nothing beside it.
    """
    return Context(
        token=token,
        address=client_address(request),
        second_factor_at=second_factor_at(request) if token is None else None,
    )
