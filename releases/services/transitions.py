"""Moving a release up: proposing it, changing its dossier, opening the vote on it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.selectors import ref
from audit.services import record
from boards import services as boards
from boards.dossier import CONDITIONS, EXHIBITS
from boards.models import OPEN_STATES, Motion
from common.errors import Refused
from releases import permissions, selectors
from releases.actions import Action
from releases.choices import (
    OPEN_TRANSITIONS,
    WEIGHTS_MODES,
    EvidenceState,
    ReleaseState,
    Right,
    TransitionState,
)
from releases.conditions import Rule, fired
from releases.conditions import conditions as conditions_of
from releases.dossier import check_transition_dossier
from releases.models import Comparable, Document, Evidence, Model, Release, Stage, Transition
from releases.requirements import blocking
from releases.selectors.counterfactual import named_comparables
from releases.selectors.evidence import state_of
from releases.selectors.exhibits import Exhibit, exhibits_of
from releases.selectors.requirements import requirements_for
from releases.selectors.watch import WATCHED_KINDS, unconfirmed_decision, watched_since
from releases.services.checks import guard_right, lock_motion, lock_release, lock_transition
from releases.services.comparables import compared_with
from releases.services.documents import GONE
from releases.states import TRANSITION

KIND = "transition"


@transaction.atomic
def propose_transition(
    *,
    actor: User,
    release: Release,
    to_stage: Stage,
    dossier: Mapping[str, str],
    conditions: Sequence[Rule] = (),
    evidence: Sequence[Evidence] = (),
    attachments: Sequence[Document] = (),
    comparables: Sequence[Comparable] = (),
    emergency: bool = False,
) -> Transition:
    """Put the move of a release to its next stage before the model's board.

    In an `emergency` the fast track of the ladder decides, the dossier says why it cannot wait
    (`urgency`), and a full review is owed afterwards. Requirements, soak and cool-off stay as they
    are.

    `conditions` are rules that a machine watches once the board has approved. `evidence`,
    `attachments` and `comparables`, models of the register, are what the dossier refers to, by
    digest.
    """
    release = lock_release(release.pk)
    guard_right(actor, Right.MANAGE_RELEASE, release.model)
    present = _guard_move(release, to_stage)
    exhibits = _checked_exhibits(release, evidence, attachments, comparables)
    if emergency:
        _guard_fast_track(to_stage)
    texts = _checked_dossier(dossier, to_stage, len(comparables), emergency=emergency)
    motion = boards.propose_motion(
        actor=actor,
        board=release.model.board,
        kind=KIND,
        title=(
            _("%(release)s: %(present)s to %(target)s")
            % {"release": release, "present": present.name, "target": to_stage.name}
        )[:200],
        subject_ref=ref(release),
        subject_label=str(release),
        subject_url=release.get_absolute_url(),
        params={
            "release": str(release),
            "release_digest": release.digest,
            "from": present.slug,
            "to": to_stage.slug,
            "ladder": f"{release.model.ladder.name}@{release.model.ladder.version}",
        },
        dossier={**texts, **exhibits, **checked_conditions(release, conditions)},
        rule=to_stage.move_rule,
        voting_seconds=int(to_stage.voting_period.total_seconds()),
        emergency=emergency,
        also=(release, release.model),
    )
    return Transition.objects.create(
        release=release, from_stage=present, to_stage=to_stage, motion=motion
    )


def _guard_move(release: Release, to_stage: Stage) -> Stage:
    if release.state != ReleaseState.SEALED or release.stage is None:
        raise Refused(
            _("%(release)s is %(state)s; only a sealed release moves.")
            % {"release": release, "state": release.get_state_display().lower()}
        )
    step_up = selectors.next_stage(release)
    if step_up is None:
        raise Refused(_("%(release)s is at the last stage of its ladder.") % {"release": release})
    if to_stage.pk != step_up.pk:
        raise Refused(
            _("The next stage after %(present)s is %(next)s; stages are not skipped.")
            % {"present": release.stage, "next": step_up}
        )
    if selectors.open_transition(release) is not None:
        raise Refused(
            _("A transition of %(release)s is open already. Wait for its end, or withdraw it.")
            % {"release": release}
        )
    if (owing := unconfirmed_decision(release)) is not None:
        raise Refused(
            _(
                "%(release)s stands at %(present)s by an emergency decision. It moves on once a "
                "full review has confirmed that: %(motion)s."
            )
            % {"release": release, "present": release.stage, "motion": owing.title}
        )
    return release.stage


def _guard_fast_track(to_stage: Stage) -> None:
    if to_stage.fast_track is None:
        raise Refused(
            _(
                "There is no fast track to %(stage)s: the ladder has none, or the move could not "
                "be taken back. Propose it as usual."
            )
            % {"stage": to_stage}
        )


def _checked_dossier(
    dossier: Mapping[str, str], to_stage: Stage, references: int, *, emergency: bool
) -> dict[str, str]:
    weights = to_stage.access_mode in WEIGHTS_MODES
    try:
        return check_transition_dossier(
            dossier, weights=weights, references=references, emergency=emergency
        )
    except ValueError as error:
        raise Refused(str(error)) from None


def _checked_exhibits(
    release: Release,
    evidence: Sequence[Evidence],
    attachments: Sequence[Document],
    comparables: Sequence[Comparable],
) -> dict[str, list[Exhibit]]:
    """Return the dossier's part of what it refers to, all of which must stand now."""
    now = timezone.now()
    chosen = Evidence.objects.filter(pk__in=[each.pk for each in evidence]).select_related("end")
    for each in chosen:
        state = state_of(each, now)
        if each.release_digest != release.digest:
            raise Refused(_("%(title)s is about another release.") % {"title": each.title})
        if state != EvidenceState.CURRENT:
            raise Refused(
                _("%(title)s is %(state)s. Leave it out, or choose what took its place.")
                % {"title": each.title, "state": state.label.lower()}
            )
    if any(each.release_id != release.pk for each in attachments):
        raise Refused(_("An attachment was uploaded for another release."))
    wanted = {each.pk for each in attachments}
    if Document.objects.filter(pk__in=wanted).count() != len(wanted):
        raise Refused(str(GONE))
    exhibits = [
        *exhibits_of(list(chosen), list(attachments)),
        *compared_with(comparables),
    ]
    return {EXHIBITS: exhibits} if exhibits else {}


@transaction.atomic
def revise_transition(
    *,
    actor: User,
    transition: Transition,
    dossier: Mapping[str, str],
    conditions: Sequence[Rule] | None = None,
    evidence: Sequence[Evidence] | None = None,
    attachments: Sequence[Document] | None = None,
    comparables: Sequence[Comparable] | None = None,
) -> Transition:
    """Change the dossier: the motion goes back to review and its votes become stale.

    Its conditions, and what it refers to, stay as they are where none are given.
    """
    transition = lock_transition(transition.pk)
    if transition.state != TransitionState.PROPOSED:
        raise Refused(_("The board has decided; the dossier cannot change any more."))
    former = transition.motion.dossier
    if evidence is None and attachments is None and comparables is None:
        exhibits = {EXHIBITS: former[EXHIBITS]} if EXHIBITS in former else {}
        references = len(named_comparables(former))
    else:
        exhibits = _checked_exhibits(
            transition.release, evidence or (), attachments or (), comparables or ()
        )
        references = len(comparables or ())
    emergency = transition.motion.emergency is not None
    texts = _checked_dossier(dossier, transition.to_stage, references, emergency=emergency)
    kept = {CONDITIONS: former[CONDITIONS]} if CONDITIONS in former else {}
    watched = kept if conditions is None else checked_conditions(transition.release, conditions)
    transition.motion = boards.revise_dossier(
        actor=actor, motion=transition.motion, dossier={**texts, **exhibits, **watched}
    )
    return transition


@transaction.atomic
def change_conditions(*, actor: User, motion: Motion, conditions: Sequence[Rule]) -> Motion:
    """Change what is watched after the decision on a move or a re-review: another dossier."""
    if motion.kind not in WATCHED_KINDS:
        raise Refused(_("Nothing is watched after a decision of this kind."))
    release = lock_release(int(motion.subject_ref.rpartition(":")[2]))
    motion = lock_motion(motion.pk)
    if motion.state not in OPEN_STATES:
        raise Refused(_("The board has decided; the dossier cannot change any more."))
    rest = {key: part for key, part in motion.dossier.items() if key != CONDITIONS}
    watched = checked_conditions(release, conditions)
    return boards.revise_dossier(actor=actor, motion=motion, dossier={**rest, **watched})


def checked_conditions(release: Release, rules: Sequence[Rule]) -> dict[str, list[dict[str, Any]]]:
    """Return the dossier's part of what is watched; none of it may have come true already."""
    try:
        found = conditions_of(rules)
    except ValueError as error:
        raise Refused(str(error)) from None
    now = timezone.now()
    watched = watched_since(release, now)
    for each in found:
        if what := fired(each["rule"], watched, now):
            raise Refused(
                _("This condition has come true already: %(sentence)s %(what)s")
                % {"sentence": each["sentence"], "what": what}
            )
    return {CONDITIONS: found} if found else {}


@transaction.atomic
def open_transition_vote(*, actor: User, transition: Transition) -> Motion:
    """Open the vote, unless a requirement stands in the way.

    The proposer and whoever manages releases of the model have no vote.
    """
    transition = lock_transition(transition.pk)
    if not permissions.can_open_vote(actor, transition):
        raise Refused(_("The vote is opened by the proposer or by the chair of the board."))
    if transition.state != TransitionState.PROPOSED:
        raise Refused(_("The board has decided on this transition already."))
    if transition.motion.emergency is not None and transition.to_stage.fast_track is None:
        raise Refused(
            _("The ladder has no fast track for this move any more. Withdraw it, and propose anew.")
        )
    unmet = blocking(
        requirements_for(transition.release, transition.to_stage, now=timezone.now(), of=transition)
    )
    if unmet:
        sentences = " ".join(requirement.sentence for requirement in unmet)
        raise Refused(_("The vote cannot open yet. %(why)s") % {"why": sentences})
    return boards.open_voting(
        actor=actor,
        motion=transition.motion,
        excluded=excluded_voters(transition.release.model, transition.motion.proposer),
    )


def excluded_voters(model: Model, proposer: User) -> dict[int, str]:
    """Return who has no vote on a motion about the model, and why."""
    return {**permissions.managers_without_vote(model), proposer.pk: _("Proposed the motion.")}


def end_open_transition(*, actor: User | None, release: Release, reason: str) -> Transition | None:
    """Lapse the open transition of a locked release, and its motion with it."""
    transition = (
        Transition.objects.select_for_update(no_key=True, of=("self",))
        .filter(release=release, state__in=OPEN_TRANSITIONS)
        .select_related("motion", "motion__proposer", "to_stage", "from_stage")
        .first()
    )
    if transition is None:
        return None
    transition.release = release
    motion = Motion.objects.select_for_update(no_key=True).get(pk=transition.motion_id)
    if motion.state in OPEN_STATES:
        motion = boards.lapse_motion(actor=actor, motion=motion, reason=reason)
    end_transition(actor=actor, transition=transition, state=TransitionState.LAPSED, reason=reason)
    boards.mark_applied(motion=motion)
    return transition


def end_transition(
    *, actor: User | None, transition: Transition, state: TransitionState, reason: str
) -> None:
    """End a locked transition without effect; there is nothing of it to review any more."""
    TRANSITION.move(transition, state)
    transition.waiting_for = ""
    transition.ended_at = timezone.now()
    transition.save(update_fields=["state", "waiting_for", "ended_at"])
    record(
        actor=actor,
        action=Action.TRANSITION_ENDED,
        target=transition,
        also=(transition.release, transition.release.model, transition.motion),
        data={"state": state.value, "to": transition.to_stage.slug, "reason": reason},
    )
    boards.drop_full_review(actor=actor, motion=transition.motion, reason=reason)
