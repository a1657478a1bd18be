"""Loading versions of a ladder, and adopting those that loosen nothing."""

import hashlib
from typing import NamedTuple

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from common.errors import Refused
from releases import notifications
from releases.actions import Action
from releases.ladder import LadderError, LadderPlan, parse_ladder
from releases.models import Ladder, Model, Stage
from releases.services.adoption import Adoption, adopt_if_nothing_loosens

_LOADING = "releases.ladder"


class Loaded(NamedTuple):
    """A version of a ladder, whether it is new, and what it meant for each model on a former."""

    ladder: Ladder
    is_new: bool
    adoptions: list[Adoption]


@transaction.atomic
def load_ladder(*, actor: User | None, source_text: str) -> Loaded:
    """Load one version of a ladder, and let the models adopt it for which it loosens nothing.

    Where it loosens anything, the model's board decides (`propose_ladder_change`). A version that
    exists is never replaced; loading the same text again only looks again who can adopt it.
    Raises Refused naming lines.
    """
    try:
        plan = parse_ladder(source_text)
    except LadderError as error:
        raise Refused(str(error)) from None
    digest = hashlib.sha256(source_text.encode()).hexdigest()
    _wait_for_turn(plan.name)
    newest = Ladder.objects.filter(name=plan.name).order_by("-version").first()
    same = Ladder.objects.filter(name=plan.name, version=plan.version).first()
    if same is not None and same.digest != digest:
        raise Refused(
            _(
                "Version %(version)d of the ladder %(name)s is loaded already with another text. "
                "A ladder is never changed: give the new text the next version number."
            )
            % {"version": plan.version, "name": plan.name}
        )
    if newest is not None and plan.version < newest.version and same is None:
        raise Refused(
            _("The ladder %(name)s is at version %(newest)d already; %(version)d is older.")
            % {"name": plan.name, "newest": newest.version, "version": plan.version}
        )
    ladder = same or _insert_ladder(actor, plan, source_text, digest)
    superseded = newest is not None and newest.version > ladder.version
    adoptions = [] if superseded else _adopt(actor, ladder, is_new=same is None)
    return Loaded(ladder, same is None, adoptions)


def _wait_for_turn(name: str) -> None:
    """Let two loads of one ladder follow each other: there is no row yet that could be locked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"{_LOADING}:{name}"])


def _insert_ladder(actor: User | None, plan: LadderPlan, source_text: str, digest: str) -> Ladder:
    ladder = Ladder.objects.create(
        name=plan.name,
        version=plan.version,
        title=plan.title,
        source=source_text,
        digest=digest,
        executive=list(plan.executive),
        emergency=plan.emergency.stored() if plan.emergency else None,
        hold_review=plan.hold_review,
    )
    Stage.objects.bulk_create(
        Stage(
            ladder=ladder,
            position=position,
            slug=stage.slug,
            name=stage.name,
            description=stage.description,
            access_mode=stage.access_mode,
            cohort_cap=stage.cohort_cap,
            minimum_soak=stage.minimum_soak,
            cool_off=stage.cool_off,
            voting_period=stage.voting_period,
            required_tier=stage.required_tier,
            terms=list(stage.terms),
            rule=stage.rule,
            irreversible=stage.irreversible,
            requirements=list(stage.requirements),
            re_review=stage.re_review,
            override=list(stage.override),
            second_factor=stage.second_factor,
        )
        for position, stage in enumerate(plan.stages)
    )
    record(
        actor=actor,
        action=Action.LADDER_LOADED,
        target=ladder,
        data={"name": plan.name, "version": plan.version, "digest": digest},
    )
    return ladder


def _adopt(actor: User | None, ladder: Ladder, *, is_new: bool) -> list[Adoption]:
    behind = Model.objects.filter(
        ladder__name=ladder.name, ladder__version__lt=ladder.version
    ).order_by("pk")
    found = []
    for model_id in behind.values_list("pk", flat=True):
        adoption = adopt_if_nothing_loosens(actor=actor, model_id=model_id, ladder=ladder)
        if is_new and not adoption.adopted:
            notifications.ladder_waits(adoption.model, ladder, adoption.changes, adoption.obstacle)
        found.append(adoption)
    return found
