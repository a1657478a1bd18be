"""What allauth does differently here about second factors: their secrets are stored encrypted."""

from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.personal import open_for_instance, seal_for_instance


class SecondFactorAdapter(DefaultMFAAdapter):
    """Secrets under the instance's keys; words and names of our own."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "add_email_blocked": gettext_lazy(
            "You have a second factor. Remove it before you add an address, then set it up again."
        ),
        "incorrect_code": gettext_lazy(
            "This code is not right, or was used already. Wait for the next one and enter that."
        ),
        "unverified_email": gettext_lazy(
            "Confirm your e-mail address before you set up a second factor."
        ),
    }

    def encrypt(self, text: str) -> str:
        """Encrypt the secret of an authenticator app, or the seed of recovery codes."""
        return seal_for_instance(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Open what `encrypt` gave."""
        return open_for_instance(encrypted_text)

    def _get_site_name(self) -> str:
        return settings.INSTANCE_NAME

    def generate_authenticator_name(self, user: object, type: object) -> str:  # noqa: A002 - allauth's
        """Return the name that a new key is given before its owner changes it."""
        name = super().generate_authenticator_name(user, type)
        return _("My first key") if name == "Master key" else name
