"""To whom what concerns a model is said."""

from accounts.models import User
from accounts.notifications import notify
from boards.selectors import members_of
from releases.models import Model
from releases.permissions import leads_of


def tell_staff(
    model: Model,
    *,
    kind: str,
    subject: str,
    body: str,
    url: str,
    also: User | None = None,
    about: object = None,
) -> None:
    """Tell the managers and leads of a model and its board, each once."""
    people = {
        *leads_of(model),
        *members_of(model.board_id).filter(is_active=True),
        *([also] if also is not None else []),
    }
    for person in sorted(people, key=lambda each: each.pk):
        notify(
            recipient=person,
            kind=kind,
            subject=subject[:200],
            body=body,
            url=url,
            about=about or model,
        )
