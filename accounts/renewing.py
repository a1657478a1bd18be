"""Where a clearance is renewed: a room above judges that, and says here on which page."""

from collections.abc import Callable

# Called with a clearance's id; returns the path of the page.
_pages: list[Callable[[int], str]] = []


def register(page: Callable[[int], str]) -> None:
    """Say where clearances are renewed. Called once, when the application starts."""
    if page not in _pages:
        _pages.append(page)


def renewal_url(clearance_id: int) -> str:
    """Return the page on which a clearance's renewal is asked for; empty where there is none."""
    return _pages[0](clearance_id) if _pages else ""
