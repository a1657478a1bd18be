"""Who among the staff may do what with a model. The only module that uses django-guardian.

Being superuser opens nothing here: guardian's own checks would say yes to one, so the rows of
rights are read directly. Somebody inactive has no rights.
"""

from collections.abc import Container
from itertools import chain
from uuid import UUID

from django.contrib.auth.models import AnonymousUser, Permission
from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import PermissionDenied
from django.db.models import Expression, OuterRef, Q, QuerySet
from django.db.models.functions import JSONArray
from django.http import Http404
from django.utils.translation import gettext as _
from guardian.shortcuts import assign_perm, remove_perm

from accounts.models import User
from boards.models import Motion, Seat
from boards.permissions import why_no_part
from boards.selectors import holds_seat, motions_visible_to, opened_standing, seats_of
from releases import selectors
from releases.choices import OPEN_TRANSITIONS, Right
from releases.models import (
    Blocker,
    Comparable,
    Document,
    Evidence,
    Hold,
    Model,
    ModelGroupObjectPermission,
    ModelUserObjectPermission,
    Release,
    Transition,
)
from releases.requirements import Requirement
from releases.selectors import evidence as evidence_rows
from releases.selectors.comparables import comparable_by_public_id
from releases.selectors.gates import blocker_by_public_id
from releases.selectors.watch import watched_motion

Person = User | AnonymousUser


def _rights(user: User | Expression) -> Q:
    """Match the models on which the person, or a group of theirs, has some right."""
    return Q(modeluserobjectpermission__user=user) | Q(modelgroupobjectpermission__group__user=user)


def rights_of(user: Person, model: Model) -> set[str]:
    """Return the person's rights on the model, in one query."""
    if not isinstance(user, User) or not user.is_active:
        return set()
    held = Permission.objects.filter(
        Q(modeluserobjectpermission__user=user, modeluserobjectpermission__content_object=model)
        | Q(
            modelgroupobjectpermission__group__user=user,
            modelgroupobjectpermission__content_object=model,
        )
    )
    return set(held.values_list("codename", flat=True)) & set(Right.values)


def rights_on(user: User, model: str) -> ArraySubquery:
    """Return what rows with a model, in the field of that name, can be annotated with.

    The person's rights on it, each perhaps more than once.
    """
    held = Permission.objects.filter(
        Q(
            modeluserobjectpermission__user=user,
            modeluserobjectpermission__content_object=OuterRef(model),
        )
        | Q(
            modelgroupobjectpermission__group__user=user,
            modelgroupobjectpermission__content_object=OuterRef(model),
        ),
        codename__in=Right.values,
    )
    return ArraySubquery(held.order_by().values("codename"))


def rights_held() -> JSONArray:
    """Return what a query for people can be annotated with, for `rights_by_model` to read."""
    pair = JSONArray("content_object_id", "permission__codename")
    own = ModelUserObjectPermission.objects.filter(user=OuterRef("pk"))
    of_groups = ModelGroupObjectPermission.objects.filter(group__user=OuterRef("pk"))
    return JSONArray(
        ArraySubquery(own.values(pair=pair)), ArraySubquery(of_groups.values(pair=pair))
    )


def rights_by_model(held: list[list[tuple[int, str]]]) -> dict[int, set[str]]:
    """Return what `rights_held` gave for an active person as their rights by the model's id."""
    found: dict[int, set[str]] = {}
    for model_id, right in chain.from_iterable(held):
        if right in Right.values:
            found.setdefault(model_id, set()).add(right)
    return found


def has_right(user: Person, right: str, model: Model) -> bool:
    """Tell whether the person has the right on the model."""
    return right in rights_of(user, model)


def models_with_right(user: Person, right: str) -> QuerySet[Model]:
    """Return the models on which the person has the right."""
    if not isinstance(user, User) or not user.is_active:
        return Model.objects.none()
    return Model.objects.filter(
        Q(
            modeluserobjectpermission__user=user,
            modeluserobjectpermission__permission__codename=right,
        )
        | Q(
            modelgroupobjectpermission__group__user=user,
            modelgroupobjectpermission__permission__codename=right,
        )
    ).distinct()


def users_with_right(right: str, model: Model) -> QuerySet[User]:
    """Return the active people who have the right on the model."""
    return _users_with_any([right], model)


def managers_without_vote(model: Model) -> dict[int, str]:
    """Return who has no vote on a motion about the model because they manage it, and why."""
    why = _("Manages releases of the model.")
    return {manager.pk: why for manager in users_with_right(Right.MANAGE_RELEASE, model)}


def conflicts(motion: Motion) -> dict[int, str]:
    """Return who has no vote on a motion about a model, a release or a hold, as things are now."""
    label, _colon, pk = motion.subject_ref.partition(":")
    paths = {"releases.model": "pk", "releases.release": "releases", "releases.hold": "holds"}
    path = paths.get(label)
    model = Model.objects.filter(**{path: pk}).first() if path else None
    return managers_without_vote(model) if model else {}


def leads_of(model: Model) -> QuerySet[User]:
    """Return the active people who manage the model's releases or may place holds on it."""
    return _users_with_any([Right.MANAGE_RELEASE, Right.PLACE_HOLD], model)


def _users_with_any(rights: list[str], model: Model) -> QuerySet[User]:
    own = ModelUserObjectPermission.objects.filter(
        content_object=model, permission__codename__in=rights
    )
    of_groups = ModelGroupObjectPermission.objects.filter(
        content_object=model, permission__codename__in=rights
    )
    return User.objects.filter(
        Q(pk__in=own.values("user")) | Q(groups__in=of_groups.values("group")), is_active=True
    ).distinct()


def visible_models(user: Person) -> QuerySet[Model]:
    """Return the models on whose staff the person is; what outsiders see is not judged here."""
    if not isinstance(user, User) or not user.is_active:
        return Model.objects.none()
    return models_staffed_by(user)


def models_staffed_by(user: User | Expression) -> QuerySet[Model]:
    """Return the models of a person's staff, who is believed to be active, or of an expression."""
    boards = Seat.objects.held_by(user).values("board")
    return selectors.all_models().filter(_rights(user) | Q(board__in=boards)).distinct()


def is_staff_of(user: Person, model: Model) -> bool:
    """Tell whether the person has any right on the model or a seat on its board."""
    if not isinstance(user, User) or not user.is_active:
        return False
    return bool(rights_of(user, model)) or holds_seat(user, model.board_id)


def can_see(user: Person, model: Model) -> bool:
    """Tell whether the person sees the model's inside as staff."""
    return is_staff_of(user, model)


def is_chair_of(user: Person, board_id: int) -> bool:
    """Tell whether the person chairs the board."""
    return (
        isinstance(user, User)
        and user.is_active
        and Seat.objects.held_by(user).filter(board_id=board_id, role="chair").exists()
    )


def can_manage(user: Person, model: Model) -> bool:
    """Tell whether the person may ingest releases and propose transitions."""
    return has_right(user, Right.MANAGE_RELEASE, model)


def can_hold(user: Person, model: Model) -> bool:
    """Tell whether the person may place a hold, demote, and withdraw what is held."""
    return has_right(user, Right.PLACE_HOLD, model)


def can_propose_lift(user: Person, model: Model) -> bool:
    """Tell whether the person may ask the board to lift a hold."""
    return bool(rights_of(user, model) & {Right.PLACE_HOLD, Right.MANAGE_RELEASE})


def can_block(user: Person, model: Model) -> bool:
    """Tell whether the person may open a blocker, or close one that another person opened."""
    return bool(rights_of(user, model) & {Right.PLACE_HOLD, Right.MANAGE_RELEASE})


def why_no_closing(user: User, blocker: Blocker) -> str:
    """Say why the person may not close it; empty where they may. Loosening takes a second one."""
    if blocker.closed_at is not None:
        return _("The blocker is closed already.")
    if not can_block(user, blocker.release.model):
        return _("A blocker is closed by whoever may place holds or manage releases here.")
    if blocker.opened_by_id == user.pk:
        return _("You opened it yourself. Another person who may hold or manage must close it.")
    return ""


def why_no_requirement_override(user: User, transition: Transition, found: Requirement) -> str:
    """Say why the person may not override what was found; empty where they may.

    Whoever asks for the move cannot be the one who lets it past what it does not meet, and
    whoever is in conflict or recused themselves decides nothing about it.
    """
    if transition.state not in OPEN_TRANSITIONS:
        return _("The move is over; there is nothing to override.")
    if not found.override:
        return _("%(name)s can never be overridden.") % {"name": found.name}
    if not found.blocks:
        return _("%(name)s blocks nothing now.") % {"name": found.name}
    if overriding_seat(user, transition, found) is None:
        return _("Only the holder of a seat that the rule names may override it: %(roles)s.") % {
            "roles": found.overriders
        }
    if can_revise(user, transition) or can_manage(user, transition.release.model):
        return _("The proposer, and whoever manages releases of the model, can override nothing.")
    return why_no_part(user, transition.motion, opened_standing(transition.motion))


def overriding_seat(user: User, transition: Transition, found: Requirement) -> Seat | None:
    """Return the person's seat on the board by which they may override the requirement."""
    if not user.is_active:
        return None
    return (
        Seat.objects.held_by(user)
        .filter(board_id=transition.motion.board_id, role__in=found.override)
        .first()
    )


def can_revise(user: Person, transition: Transition) -> bool:
    """Tell whether the person may change the dossier: whoever proposed it."""
    return isinstance(user, User) and transition.motion.proposer_id == user.pk


def can_open_vote(
    user: Person, transition: Transition, *, chaired: Container[int] | None = None
) -> bool:
    """Tell whether the person may open the vote: the proposer, or the board's chair.

    `chaired` are the ids of the boards that they chair, where a page has read them already.
    """
    if can_revise(user, transition):
        return True
    board = transition.motion.board_id
    return is_chair_of(user, board) if chaired is None else board in chaired


def get_model_or_404(user: Person, namespace: str, name: str) -> Model:
    """Return a model on whose staff the person is."""
    model = selectors.model_by_name(namespace, name)
    if model is None or not is_staff_of(user, model):
        raise Http404
    return model


def get_release_or_404(user: Person, namespace: str, name: str, version: str) -> Release:
    """Return a release of a model on whose staff the person is."""
    release = selectors.release_by_name(namespace, name, version)
    if release is None or not is_staff_of(user, release.model):
        raise Http404
    return release


def get_transition_or_404(user: Person, public_id: UUID | str) -> Transition:
    """Return a transition of a model on whose staff the person is."""
    transition = selectors.transition_by_motion(public_id)
    if transition is None or not is_staff_of(user, transition.release.model):
        raise Http404
    return transition


def get_watched_motion_or_404(user: Person, public_id: UUID) -> tuple[Motion, Release]:
    """Return a motion with conditions to choose, and its release, to the model's staff."""
    found = watched_motion(public_id)
    if found is None or not is_staff_of(user, found[1].model):
        raise Http404
    return found


def get_blocker_or_404(user: Person, public_id: UUID | str) -> Blocker:
    """Return a blocker on a release of a model on whose staff the person is."""
    blocker = blocker_by_public_id(public_id)
    if blocker is None or not is_staff_of(user, blocker.release.model):
        raise Http404
    return blocker


def get_hold_or_404(user: Person, public_id: UUID | str) -> Hold:
    """Return a hold on a model on whose staff the person is."""
    hold = selectors.hold_by_public_id(public_id)
    if hold is None or not is_staff_of(user, hold.model):
        raise Http404
    return hold


def get_evidence_or_404(user: Person, public_id: UUID | str) -> Evidence:
    """Return evidence for the model's staff, and for whoever was asked to decide on it."""
    evidence = evidence_rows.evidence_by_public_id(public_id)
    if evidence is None or not _may_read(user, evidence.release, [evidence.get_absolute_url()]):
        raise Http404
    return evidence


def get_document_or_404(user: Person, public_id: UUID | str) -> Document:
    """Return a document for the same people."""
    document = evidence_rows.document_by_public_id(public_id)
    if document is None:
        raise Http404
    of_evidence = evidence_rows.evidence_with_file(document)
    urls = [document.get_absolute_url(), *(each.get_absolute_url() for each in of_evidence)]
    if not _may_read(user, document.release, urls):
        raise Http404
    return document


def _may_read(user: Person, release: Release, urls: list[str]) -> bool:
    if is_staff_of(user, release.model):
        return True
    if not isinstance(user, User) or not user.is_active:
        return False
    named = evidence_rows.motions_naming(release, urls)
    return motions_visible_to(user).filter(pk__in=named).exists()


def can_attach(user: Person, release: Release) -> bool:
    """Tell whether the person may upload documents: who proposes moves, or has proposed one."""
    if can_manage(user, release.model):
        return True
    transition = selectors.open_transition(release)
    return transition is not None and can_revise(user, transition)


def can_keep_comparables(user: Person) -> bool:
    """Tell whether the person may write in the register: who manages releases of any model."""
    return models_with_right(user, Right.MANAGE_RELEASE).exists()


def can_read_comparables(user: Person) -> bool:
    """Tell whether the person may read the register: staff of any model, and seat holders."""
    if not isinstance(user, User) or not user.is_active:
        return False
    return seats_of(user).exists() or Model.objects.filter(_rights(user)).exists()


def get_comparable_or_404(user: Person, public_id: UUID | str) -> Comparable:
    """Return a model of the register for whoever may read it."""
    found = comparable_by_public_id(public_id) if can_read_comparables(user) else None
    if found is None:
        raise Http404
    return found


def keepers_of_comparables() -> QuerySet[User]:
    """Return the active people who keep the register."""
    right = {"permission__codename": Right.MANAGE_RELEASE}
    own = ModelUserObjectPermission.objects.filter(**right)
    of_groups = ModelGroupObjectPermission.objects.filter(**right)
    return User.objects.filter(
        Q(pk__in=own.values("user")) | Q(groups__in=of_groups.values("group")), is_active=True
    ).distinct()


def require(allowed: bool) -> None:
    """Answer 403 to staff who know of the model but lack the right."""
    if not allowed:
        raise PermissionDenied


def is_assigned(user: User, right: Right, model: Model) -> bool:
    """Tell whether the right stands in the person's own name, active or not."""
    return ModelUserObjectPermission.objects.filter(
        user=user, content_object=model, permission__codename=right
    ).exists()


def assign(user: User, right: Right, model: Model) -> None:
    """Write the right. Called by the service that records it."""
    assign_perm(f"releases.{right.value}", user, model)


def unassign(user: User, right: Right, model: Model) -> None:
    """Remove the right. Called by the service that records it."""
    remove_perm(f"releases.{right.value}", user, model)
