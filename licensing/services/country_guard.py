"""What sending and approving an application ask of the country table."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from accounts.models import User
from common.errors import Refused
from licensing import approval_rules, country_notes
from licensing.models import Application
from licensing.selectors import countries
from licensing.services.guards import require_met


def require_not_denied(application: Application) -> None:
    """Refuse to send what asks for a mode that no reviewer could approve while the table stands."""
    if why := country_notes.refusals(countries.notes_for(application)):
        raise Refused(" ".join([*why, _("What you wrote is kept.")]))


def require_served(application: Application, users: Iterable[User], modes: Iterable[str]) -> None:
    """Refuse to grant what the stages that these modes are reviewed for would not give anyway."""
    stopping = countries.outlook(application, users, modes).stopping
    require_met(approval_rules.served(stopping))
