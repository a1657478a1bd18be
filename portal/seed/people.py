"""The demo's people and organisations."""

from dataclasses import dataclass

from django.contrib.auth.hashers import make_password

from accounts import services as accounts
from accounts.models import Membership, Organization, User
from portal.demo import ACCOUNTS, PASSWORD
from portal.seed.mail import newest_secret

# Applicants who only fill the lists: nobody signs in as them.
EXTRAS = {
    "mina.park@demo.example": "Mina Park",
    "tomas.novak@demo.example": "Tomáš Novák",
    "grace.mbeki@demo.example": "Grace Mbeki",
    "ivan.petrov@demo.example": "Ivan Petrov",
    "sara.nilsson@demo.example": "Sara Nilsson",
    "hugo.silva@demo.example": "Hugo Silva",
    "noor.haidari@demo.example": "Noor Haidari",
    "lena.koch@demo.example": "Lena Koch",
    "omar.diallo@demo.example": "Omar Diallo",
    "ruth.levi@demo.example": "Ruth Levi",
}


@dataclass(frozen=True)
class People:
    """Everybody by the first part of their address, and the two organisations."""

    by_name: dict[str, User]
    deployers: Organization
    institute: Organization

    def __getitem__(self, name: str) -> User:
        """Return a person: `people["lead"]`."""
        return self.by_name[name]


def make_people() -> People:
    """Make the accounts with one password, and the organisations with their owners."""
    names = {account.email: account.name for account in ACCOUNTS} | EXTRAS
    people = {
        email.partition("@")[0]: accounts.create_user(
            actor=None,
            email=email,
            full_name=name,
            verified=True,
            is_staff=email.startswith("operator@"),
        )
        for email, name in names.items()
    }
    # Hashed once: a slow hash for each of them would be most of the seed's time.
    User.objects.filter(email__in=[account.email for account in ACCOUNTS]).update(
        password=make_password(PASSWORD)
    )
    deployers = accounts.create_organization(
        actor=people["deployer"],
        name="Northwind Robotics GmbH",
        domain="northwind-robotics.example",
        country="DE",
        registry_kind="Handelsregister",
        registry_id="HRB 000000 B",
    )
    institute = accounts.create_organization(
        actor=people["applicant"],
        name="Lakeside Institute of Technology",
        domain="lakeside.example",
        country="KE",
    )
    accounts.add_member(
        actor=people["deployer"],
        organization=deployers,
        user=people["sara.nilsson"],
        role=Membership.Role.MEMBER,
    )
    accounts.ask_domain(
        actor=people["deployer"],
        organization=deployers,
        address="admin@northwind-robotics.example",
    )
    accounts.confirm_mailbox(actor=None, secret=newest_secret("accounts.mailbox_domain"))
    accounts.invite_member(
        actor=people["deployer"],
        organization=deployers,
        address="custodian@northwind-robotics.example",
        role=Membership.Role.CUSTODIAN,
    )
    return People(people, deployers, institute)
