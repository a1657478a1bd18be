"""The accounts of the demo, as the login page names them and the seed makes them."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PASSWORD = "sluice-demo"  # noqa: S105 - shown on the login page of the demo


@dataclass(frozen=True)
class Account:
    """One person of the demo."""

    email: str
    name: str
    role: str | Promise


ACCOUNTS = (
    Account("applicant@demo.example", "Amara Okafor", _("Researcher who wants access")),
    Account("deployer@demo.example", "Daniel Weiss", _("Deployer with an active grant")),
    Account("reviewer@demo.example", "Rosa Lindqvist", _("Reviews applications")),
    Account("reviewer2@demo.example", "Ren Takahashi", _("Reviews applications")),
    Account("lead@demo.example", "Leila Haddad", _("Safety lead: chairs the board, proposes")),
    Account("lead2@demo.example", "Lucas Moreau", _("Safety lead: holds the safety seat")),
    Account("lead3@demo.example", "Lin Zhao", _("Safety lead: holds the independent seat")),
    Account(
        "manager@demo.example",
        "Maya Iversen",
        _("Release manager: evidence, proposals, comparable models"),
    ),
    Account("operator@demo.example", "Olu Adeyemi", _("Operates the portal")),
)
