"""What allauth does differently here: mail is owed as rows, people get an audit subject."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AnonymousUser
from django.contrib.sites.shortcuts import get_current_site
from django.forms import BaseForm
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import services
from accounts.models import User
from common.client_address import client_address
from common.errors import Refused


class AccountAdapter(DefaultAccountAdapter):
    """Sign-up and account mail by our own services."""

    def save_user(
        self, request: HttpRequest, user: User, form: BaseForm, commit: bool = True
    ) -> User:
        """Save a new person with name and audit subject in one transaction."""
        super().save_user(request, user, form, commit=False)
        user.email = user.email.lower()
        user.full_name = form.cleaned_data.get("full_name", "")
        if commit:
            try:
                services.record_sign_up(actor=user)
            except Refused:
                # Somebody took the address a moment ago; nobody is told whether it is taken.
                raise ImmediateHttpResponse(redirect("account_email_verification_sent")) from None
        return user

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Owe the mail instead of sending it: a mail server that is down delays it only."""
        full = {"request": self.request, "email": email}
        if self.request is not None:
            full["current_site"] = get_current_site(self.request)
        message = self.render_mail(template_prefix, email, full | context)
        user = context.get("user")
        services.mail_secret(
            address=email,
            recipient=user if isinstance(user, User) and user.pk else None,
            kind="account." + template_prefix.rpartition("/")[2],
            subject=message.subject,
            body=str(message.body),
        )

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell a person that how they sign in was changed: in the inbox too, and with no address.

        From where it was done stands on the page of sessions, not in a mail that others may read.
        """
        address = email or user.email
        message = self.render_mail(template_prefix, address, {"user": user} | (context or {}))
        services.note_sign_in_change(
            actor=user,
            address=address,
            change=template_prefix.rpartition("/")[2],
            subject=message.subject,
            body=str(message.body),
        )

    def get_reauthentication_methods(self, user: User | AnonymousUser) -> list[dict[str, Any]]:
        """Ask whoever has a key for the key, and for the password last: it alone can be phished."""
        if not user.is_authenticated:
            return []
        kinds = set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
        ways = []
        if "webauthn" in kinds:
            ways.append(("mfa_reauthenticate:webauthn", _("Use your passkey or security key")))
        if kinds & {"totp", "recovery_codes"}:
            words = _("Use a code of your app, or a recovery code")
            ways.append(("mfa_reauthenticate", words))
        if user.has_usable_password():
            ways.append(("reauthenticate", _("Use your password")))
        urls = {
            "mfa_reauthenticate:webauthn": "mfa_reauthenticate_webauthn",
            "mfa_reauthenticate": "mfa_reauthenticate",
            "reauthenticate": "account_reauthenticate",
        }
        return [{"id": way, "description": words, "url": reverse(urls[way])} for way, words in ways]

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address that rate limits count by, behind our own number of proxies."""
        return client_address(request) or "0.0.0.0"  # noqa: S104 - a name for "none known"
