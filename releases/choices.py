"""The closed sets of this room: access modes, states, kinds of hold, staff rights."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AccessMode(models.TextChoices):
    """The closed set of ways out that code knows, narrowest first; a stage has exactly one."""

    NONE = "none", _("Nobody outside")
    API_NAMED = "api_named", _("Hosted API, named deployers")
    API_PUBLIC = "api_public", _("Hosted API, anyone who accepts the terms")
    WEIGHTS_GATED = "weights_gated", _("Weights, vetted recipients")
    WEIGHTS_OPEN = "weights_open", _("Weights, anyone who accepts the terms")


ACCESS_MODES: tuple[str, ...] = tuple(AccessMode.values)
NAMED_MODES = (AccessMode.API_NAMED, AccessMode.WEIGHTS_GATED)
WEIGHTS_MODES = (AccessMode.WEIGHTS_GATED, AccessMode.WEIGHTS_OPEN)


class ReleaseState(models.TextChoices):
    """`ingesting -> verifying -> sealed | refused`; `withdrawn` ends a sealed one."""

    INGESTING = "ingesting", _("Ingesting")
    VERIFYING = "verifying", _("Verifying")
    SEALED = "sealed", _("Sealed")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class EntryCause(models.TextChoices):
    """How a release came to a stage."""

    SEALED = "sealed", _("Sealed")
    TRANSITION = "transition", _("Board decision")
    DEMOTION = "demotion", _("Demotion")


class TransitionState(models.TextChoices):
    """Follows its motion, then `approved` waits out the cool-off and becomes `effective`."""

    PROPOSED = "proposed", _("Proposed")
    APPROVED = "approved", _("Approved, cooling off")
    EFFECTIVE = "effective", _("Effective")
    REJECTED = "rejected", _("Rejected")
    LAPSED = "lapsed", _("Lapsed")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    CANCELLED = "cancelled", _("Cancelled")


OPEN_TRANSITIONS = (TransitionState.PROPOSED, TransitionState.APPROVED)


class HoldKind(models.TextChoices):
    """What a hold stops."""

    ADMISSIONS = "admissions", _("No new grants")
    ALL = "all", _("Nothing leaves")


class HoldState(models.TextChoices):
    """A hold stays in force until a motion lifts it."""

    PLACED = "placed", _("In force")
    REVIEW_DUE = "review_due", _("In force, review due")
    LIFTED = "lifted", _("Lifted")


class HoldCause(models.TextChoices):
    """Who placed a hold: a person, or the portal itself and why."""

    PERSON = "person", _("Placed by a person")
    CONDITION = "condition", _("A condition of the decision came true")
    RE_REVIEW = "re_review", _("The release was not judged again in time")
    FULL_REVIEW = "full_review", _("An emergency decision was not confirmed")


class ReviewStep(models.TextChoices):
    """What was said about a release that is to be judged again."""

    SOON = "soon", _("It is due soon")
    OVERDUE = "overdue", _("It was not done in time")


class Right(models.TextChoices):
    """What a member of staff may do with one model; values are permission codenames."""

    MANAGE_RELEASE = "manage_release", _("ingest, propose and describe releases")
    PLACE_HOLD = "place_hold", _("place holds and demote releases")
    REVIEW_APPLICATION = "review_application", _("review applications")
    LEAD_REVIEW = "lead_review", _("assign reviewers, and say how applications are reviewed")


class EvidenceType(models.TextChoices):
    """What a piece of evidence is. The first is read from a file that a tool wrote."""

    EVALUATION = "evaluation", _("Evaluation log")
    MEASUREMENT = "measurement", _("Measurement")
    RED_TEAM_REPORT = "red_team_report", _("Red-team report")
    EXTERNAL_REVIEW = "external_review", _("External review")
    EXTERNAL_SEARCH = "external_search", _("Search for external evaluators that failed")
    OTHER = "other", _("Other evidence")


class Elicitation(models.TextChoices):
    """How hard the model was pressed for what it can do."""

    MITIGATIONS_ON = "mitigations_on", _("As deployed, mitigations on")
    FULLY_ELICITED = "fully_elicited", _("Fully elicited, mitigations off or got around")
    FINE_TUNED = "fine_tuned", _("After an attack by fine-tuning")
    NOT_APPLICABLE = "not_applicable", _("Does not apply")


class EvidenceState(models.TextChoices):
    """Where a piece of evidence stands now: it is never stored, but for how it ended."""

    CURRENT = "current", _("Current")
    EXPIRED = "expired", _("Expired")
    SUPERSEDED = "superseded", _("Superseded")
    WITHDRAWN = "withdrawn", _("Withdrawn")


EVIDENCE_ENDS = (EvidenceState.SUPERSEDED, EvidenceState.WITHDRAWN)


class ReleaseLevel(models.TextChoices):
    """How far another developer's model is released: the access modes, as outsiders see them."""

    CLOSED = "closed", _("Closed: nobody outside the developer")
    API_NAMED = "api_named", _("Hosted API, named users")
    API_PUBLIC = "api_public", _("Hosted API, anyone")
    WEIGHTS_GATED = "weights_gated", _("Weights, vetted recipients")
    WEIGHTS_OPEN = "weights_open", _("Weights, anyone")


class Visibility(models.TextChoices):
    """What we can see of another developer's model, the most first."""

    FULL_WEIGHTS = "full_weights", _("Weights inspected by us")
    DOWNLOADABLE = "weights_downloadable", _("Weights can be downloaded")
    API_TESTED = "api_tested", _("API tested by us")
    DEVELOPER_REPORT = "developer_report", _("The developer's report only")
    THIRD_PARTY_REPORT = "third_party_report", _("A third party's report")


class ReferenceState(models.TextChoices):
    """Where a reference of the register stands now; it is never stored."""

    UNVERIFIED = "unverified", _("Not verified")
    VERIFIED = "verified", _("Verified")
    CHANGED = "changed", _("Changed since verified")
    LAPSED = "lapsed", _("Lapsed")
