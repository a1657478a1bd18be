"""Adding a passkey or security key, in words of our own."""

from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django.utils.translation import gettext_lazy as _


class AddKeyForm(AddWebAuthnForm):
    """What allauth asks; a passkey is what most people have, so it is chosen already."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name of the key")
        self.fields["name"].help_text = _("To tell it from others, for example: my phone.")
        passkey = self.fields["passwordless"]
        passkey.initial = True
        passkey.label = _("Make it a passkey")
        passkey.help_text = _(
            "A passkey stays in the device and signs you in without your password. "
            "An older security key cannot hold one: leave this out for it."
        )
