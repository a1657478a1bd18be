"""Finding what a command line names; a sentence and exit code 2 where there is no such thing."""

from django.core.management.base import CommandError

from accounts.models import User
from boards.models import Board
from releases.models import Ladder, Model
from releases.names import check_model_name
from releases.selectors import ladder_by_name, model_by_name, newest_ladders


def find_model(text: str) -> Model:
    """Find `namespace/name`."""
    try:
        namespace, name = check_model_name(text)
    except ValueError as error:
        raise CommandError(str(error), returncode=2) from None
    model = model_by_name(namespace, name)
    if model is None:
        raise CommandError(
            f"There is no model {text}. Make it with create_model first.", returncode=2
        )
    return model


def find_user(email: str) -> User:
    """Find an account by its address."""
    user = User.objects.filter(email__iexact=email).first() if email.isprintable() else None
    if user is None:
        raise CommandError(f"There is no account with the address {email!r}.", returncode=2)
    return user


def find_board(slug: str) -> Board:
    """Find a board by its short name."""
    board = Board.objects.filter(slug=slug).first() if slug.isprintable() else None
    if board is None:
        raise CommandError(
            f"There is no board {slug!r}. Found it with found_board first.", returncode=2
        )
    return board


def find_ladder(text: str) -> Ladder:
    """Find `name`, in its newest version, or `name@version`."""
    name, _at, version = text.partition("@")
    ladder: Ladder | None = None
    if version.isascii() and version.isdigit() and len(version) < 8 and name.isprintable():
        ladder = ladder_by_name(name, int(version))
    elif not version:
        ladder = next((each for each in newest_ladders() if each.name == name), None)
    if ladder is None:
        raise CommandError(
            f"There is no ladder {text!r}. Load it with load_ladder first.", returncode=2
        )
    return ladder
