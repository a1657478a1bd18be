"""What the rooms above show on a grant's page, which licensing itself knows nothing of."""

from collections.abc import Callable
from dataclasses import dataclass, field

from accounts.models import User
from licensing.models import Grant
from licensing.permissions import Standing


@dataclass(frozen=True)
class Panel:
    """A section of the page: a measure if there is one, sentences, and where to read on."""

    title: str
    sentences: list[str] = field(default_factory=list)
    label: str = ""
    used: int = 0
    most: int = 0
    text: str = ""
    url: str = ""
    url_label: str = ""


# Called with who looks, the grant, and what they are to it; None shows nothing.
Provider = Callable[[User, Grant, Standing], Panel | None]
_providers: list[Provider] = []


def register(provider: Provider) -> None:
    """Add a panel to every grant's page. Called once, when the application starts."""
    if provider not in _providers:
        _providers.append(provider)


def panels(user: User, grant: Grant, standing: Standing) -> list[Panel]:
    """Return what the rooms above show to somebody who may see the grant."""
    return [panel for provider in _providers if (panel := provider(user, grant, standing))]
