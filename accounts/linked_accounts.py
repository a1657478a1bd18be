"""What allauth does differently here about accounts elsewhere: ORCID, GitHub, single sign-on.

They open an account only after its owner linked them while signed in, or signed up with them. No
address that they report counts as confirmed: our own mail confirms it, as for everybody.
"""

from typing import Any

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.db import transaction
from django.forms import BaseForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class LinkedAccountAdapter(DefaultSocialAccountAdapter):
    """Signing in and up with an account elsewhere."""

    error_messages = DefaultSocialAccountAdapter.error_messages | {
        "no_password": _(
            "You have no password: without this account you could not sign in. "
            "Choose a password first."
        ),
        "no_verified_email": _("Confirm your e-mail address first."),
        "connected_other": _("This account is linked to another person here."),
    }

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:  # noqa: ARG002
        """Take no address as confirmed on somebody else's word."""
        for address in sociallogin.email_addresses:
            address.verified = False

    def save_user(
        self, request: HttpRequest, sociallogin: SocialLogin, form: BaseForm | None = None
    ) -> User:
        """Save person, audit subject and linked account together."""
        with transaction.atomic():
            return super().save_user(request, sociallogin, form)

    def get_signup_form_initial_data(self, sociallogin: SocialLogin) -> dict[str, Any]:
        """Offer the name that the other side knows, for the person to change."""
        known = sociallogin.account.get_provider().extract_common_fields(
            sociallogin.account.extra_data
        )
        parts = (known.get("first_name"), known.get("last_name"))
        name = known.get("name") or " ".join(filter(None, parts))
        return super().get_signup_form_initial_data(sociallogin) | {"full_name": name[:150]}
