"""Models, and who among the staff may do what with them."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit.selectors import ref
from audit.services import record
from boards.models import Board
from boards.services import exclude_voter
from common.errors import Refused
from releases import permissions
from releases.actions import Action
from releases.choices import Right
from releases.models import Hold, Ladder, Model, Release
from releases.names import check_model_name
from releases.services.checks import checked_line, lock_model


@transaction.atomic
def create_model(
    *,
    actor: User | None,
    namespace: str,
    name: str,
    title: str,
    summary: str,
    board: Board,
    ladder: Ladder,
) -> Model:
    """Create a model. Raises Refused for a name that is taken or cannot be one."""
    try:
        check_model_name(f"{namespace}/{name}")
    except ValueError as error:
        raise Refused(str(error)) from None
    title = checked_line(title, _("The title"), max_length=120)
    if summary.strip():
        summary = checked_line(summary, _("The summary"), max_length=400)
    model, is_new = Model.objects.get_or_create(
        namespace=namespace,
        name=name,
        defaults={"title": title, "summary": summary.strip(), "board": board, "ladder": ladder},
    )
    if not is_new:
        raise Refused(_("The model %(model)s exists already.") % {"model": model})
    record(
        actor=actor,
        action=Action.MODEL_CREATED,
        target=model,
        also=(board, ladder),
        data={"board": board.slug, "ladder": f"{ladder.name}@{ladder.version}"},
    )
    return model


@transaction.atomic
def grant_right(*, actor: User | None, user: User, right: str, model: Model) -> bool:
    """Give a member of staff a right on a model; tell whether that changed anything.

    Whoever becomes a manager has no vote on the model's open motions any more.
    """
    wanted = _checked_right(right)
    if not user.is_active:
        raise Refused(_("Only somebody with an active account can hold a right."))
    model = lock_model(model.pk)
    if permissions.has_right(user, wanted, model):
        return False
    permissions.assign(user, wanted, model)
    record(
        actor=actor,
        action=Action.RIGHT_GRANTED,
        target=model,
        data={"right": wanted.value, "user": str(user.pseudonym)},
    )
    if wanted == Right.MANAGE_RELEASE:
        _exclude_from_open_motions(actor, user, model)
    return True


@transaction.atomic
def withdraw_right(*, actor: User | None, user: User, right: str, model: Model) -> bool:
    """Take a right away; tell whether that changed anything."""
    wanted = _checked_right(right)
    model = lock_model(model.pk)
    if not permissions.is_assigned(user, wanted, model):
        return False
    permissions.unassign(user, wanted, model)
    record(
        actor=actor,
        action=Action.RIGHT_WITHDRAWN,
        target=model,
        data={"right": wanted.value, "user": str(user.pseudonym)},
    )
    return True


def _checked_right(right: str) -> Right:
    if right not in Right.values:
        raise Refused(
            _("%(right)s is not a right; known are %(known)s.")
            % {"right": right, "known": ", ".join(Right.values)}
        )
    return Right(right)


def _exclude_from_open_motions(actor: User | None, user: User, model: Model) -> None:
    subjects = [ref(model)]
    subjects += [ref(release) for release in Release.objects.filter(model=model)]
    subjects += [ref(hold) for hold in Hold.objects.filter(model=model)]
    for subject in subjects:
        exclude_voter(
            actor=actor, subject_ref=subject, user=user, why=_("Manages releases of the model.")
        )
