"""What the rules of the verdict look at, and what they answer. Plain data, no database."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from licensing.countries import ALLOWS_ALL, Place, StageEffects
from licensing.volume import Volume


class VerdictAction(StrEnum):
    """What somebody wants to do with a release."""

    SEE = "see"
    APPLY = "apply"
    USE_API = "use_api"
    DOWNLOAD = "download"


class Outcome(StrEnum):
    """The result of one rule."""

    OK = "ok"
    DENIED = "denied"
    WAITING = "waiting"
    NOT_APPLICABLE = "not_applicable"


# The access modes of a stage (releases.models.AccessMode), from the narrowest to the widest.
ACCESS_MODES = ("none", "api_named", "api_public", "weights_gated", "weights_open")
NAMED_ACCESS_MODES = ("api_named", "weights_gated")
SERVES = {
    VerdictAction.USE_API: ("api_named", "api_public", "weights_gated", "weights_open"),
    VerdictAction.DOWNLOAD: ("weights_gated", "weights_open"),
}
# A place in the cohort counts where the stage names who gets this very thing. Further up the
# ladder the API is open to more people than the cohort for the weights.
NEEDS_PLACE = {VerdictAction.USE_API: "api_named", VerdictAction.DOWNLOAD: "weights_gated"}
# The rules that somebody meets by accepting or signing a text.
AGREEMENT_RULES = ("terms", "organization_terms")
# The rules by which a live grant may give nothing although it is neither suspended nor ended.
BARRING_RULES = (
    *("banned", "screening", "country", "hold"),
    *("membership", "person_tier", "organization_tier"),
)
# Where accepting the terms is enough for a grant, and for which modes.
SELF_SERVICE = {
    "api_public": frozenset({"api"}),
    "weights_open": frozenset({"api", "weights"}),
}
MODE_OF = {VerdictAction.USE_API: "api", VerdictAction.DOWNLOAD: "weights"}


def as_wide_or_wider(access_mode: str) -> tuple[str, ...]:
    """Return the access modes at which a place in the cohort holds for this one too.

    So that those who are in stay in when a release steps down, or on to a further wave.
    """
    return ACCESS_MODES[ACCESS_MODES.index(access_mode) :]


def uses_at(access_mode: str, modes: Iterable[str], public_modes: Iterable[str] = ()) -> list[str]:
    """Return what a grant of these modes is good for at a stage; public ones where it is public."""
    public = set(public_modes)
    given = set(modes)
    return [
        mode
        for action, mode in MODE_OF.items()
        if mode in given
        and access_mode in SERVES[action]
        and not (NEEDS_PLACE[action] == access_mode and mode in public)
    ]


def place_among(places: Iterable[Mapping[str, Any]], release_id: int, access_mode: str) -> str:
    """Return the place that a grant has at a release: "admitted", "queued" or "none".

    Each of `places` says its release, the access mode of its stage, and its state.
    """
    modes = as_wide_or_wider(access_mode)
    states = {
        place["state"]
        for place in places
        if place["release"] == release_id and place["access_mode"] in modes
    }
    return next((state for state in ("admitted", "queued") if state in states), "none")


@dataclass(frozen=True)
class SignatureFact:
    """Whether the organisation that holds the grant signed an agreement.

    `officials` are those who may sign, by name, where the person may know them; `url` is where
    this person signs, empty for whoever may not.
    """

    signed: bool
    signed_earlier: bool = False
    renew_by: datetime | None = None
    officials: tuple[str, ...] = ()
    url: str = ""


@dataclass(frozen=True)
class TermsFact:
    """One agreement that the stage requires, and whether this person accepted it.

    `number` is the version in force, None where none was ever published. What counts may be the
    acceptance of an earlier one, number `accepted_number`: until `renew_by`, if that is set.
    `signature` is None where no organisation has to sign.
    """

    slug: str
    title: str
    number: int | None
    accepted: bool
    accepted_earlier: bool = False
    url: str = ""
    accepted_number: int | None = None
    renew_by: datetime | None = None
    signature: SignatureFact | None = None


@dataclass(frozen=True)
class TokenFact:
    """The token that came with the request."""

    live: bool
    rights: frozenset[str]


@dataclass(frozen=True)
class SecondFactorFact:
    """How fresh a second factor the stage asks for, and when the person showed one.

    In the session, or before they made the token or link. Not known where somebody else asks.
    """

    within: timedelta | None = None
    shown_at: datetime | None = None
    known: bool = True


@dataclass(frozen=True)
class BanFact:
    """A ban in force, and the page on which those concerned can object to it."""

    reason: str
    url: str = ""


@dataclass(frozen=True)
class SuspensionFact:
    """A suspension in force that selects the grant.

    `access_modes` are those of the stages at which it counts; none stands for all.
    """

    reason: str
    access_modes: frozenset[str] = frozenset()

    def counts_at(self, access_mode: str) -> bool:
        """Tell whether it counts at a stage of this access mode."""
        return not self.access_modes or access_mode in self.access_modes


@dataclass(frozen=True)
class DutyFact:
    """A duty of the grant that stops access until it is done. `kind` is of licensing.duties."""

    kind: str
    url: str = ""


def suspension_facts(rows: Iterable[Mapping[str, Any]]) -> tuple[SuspensionFact, ...]:
    """Return suspensions as the queries give them."""
    return tuple(SuspensionFact(row["reason"], frozenset(row["access_modes"])) for row in rows)


@dataclass(frozen=True)
class GrantFact:
    """One grant on the model that concerns this person. `place` is for this release."""

    id: int
    state: str
    modes: frozenset[str]
    ends_at: datetime
    named: bool
    for_organization: bool
    member: bool
    organization_tier: int
    place: str  # "admitted", "queued" or "none"
    # Those of its modes that a reviewer approved; the others came with public terms.
    reviewed: frozenset[str] = frozenset()
    volume: Volume | None = None
    reason: str = ""
    url: str = ""
    # Of the organisation that holds it.
    ban: BanFact | None = None
    # Of a selection that the grant is in. One of the grant alone is its state.
    suspensions: tuple[SuspensionFact, ...] = ()
    # Overdue, and with the consequence that access stops.
    duties: tuple[DutyFact, ...] = ()
    # The organisation has a clearance that a change reopened, and that waits to be renewed.
    organization_reopened: bool = False
    # Somebody decided that the organisation is a listed party.
    listed: bool = False
    # Every country that is stated of the holder, the person and the hosting, with its source.
    places: tuple[Place, ...] = ()
    # Countries for which the organisation has a licence on record.
    licensed: frozenset[str] = frozenset()

    @property
    def is_live(self) -> bool:
        """Whether the grant has not ended. Its end date is judged apart."""
        return self.state in ("pending_terms", "queued", "active", "suspended")


@dataclass(frozen=True)
class Links:
    """Where each remedy is carried out."""

    sign_in: str = ""
    verify_email: str = ""
    tokens: str = ""
    second_factor: str = ""
    organizations: str = ""
    apply: str = ""
    application: str = ""
    clearances: str = ""


@dataclass(frozen=True)
class Facts:
    """Everything that the rules look at, for one person, one release and one of their grants."""

    now: datetime
    release_state: str
    access_mode: str
    stage_name: str
    required_tier: int
    holds: frozenset[str]
    # The model has a release at a stage whose people are chosen by review.
    takes_applications: bool
    # Modes that accepting the terms is enough for.
    self_service: frozenset[str]
    staff: bool
    signed_in: bool
    active: bool
    email_verified: bool
    token: TokenFact | None
    person_tier: int
    terms: tuple[TermsFact, ...]
    grant: GrantFact | None
    # Of all the person's grants on the model: "", "complete" (nothing left to ask for) or
    # "suspended".
    held: str
    # The state of the person's application for the model that is not decided, or "".
    open_application: str
    # None is open, and of those that reviewers decided the last was declined.
    declined: bool
    # Of the person.
    ban: BanFact | None = None
    # The person has a clearance that a change reopened, and that waits to be renewed.
    person_reopened: bool = False
    second_factor: SecondFactorFact = SecondFactorFact()
    # Somebody decided that the person is a listed party.
    listed: bool = False
    # What the stage does with each country.
    countries: StageEffects = ALLOWS_ALL
    # Whom to write to about a check of one's details.
    contact: str = ""
    links: Links = field(default_factory=Links)


@dataclass(frozen=True)
class Check:
    """One rule and its result."""

    rule: str
    state: Outcome
    sentence: str
    remedy: str = ""
    remedy_url: str = ""

    @property
    def stops(self) -> bool:
        """Whether this rule alone is enough to say no."""
        return self.state in (Outcome.DENIED, Outcome.WAITING)

    @property
    def ends(self) -> bool:
        """Whether this rule is met, and will not stay so unless somebody does something."""
        return self.state is Outcome.OK and bool(self.remedy)


@dataclass(frozen=True)
class Verdict:
    """The answer to "may this subject do this now", with every reason."""

    action: VerdictAction
    checks: tuple[Check, ...]
    grant_id: int | None = None
    # All grants of the person under which the answer is yes, `grant_id` the first of them, and
    # the download quotas of those that have one.
    grant_ids: tuple[int, ...] = ()
    volumes: Mapping[int, Volume] = field(default_factory=dict)

    @property
    def allowed(self) -> bool:
        """Yes only if no rule says no."""
        return not self.denials

    @property
    def denials(self) -> tuple[Check, ...]:
        """Every rule that says no, or not yet."""
        return tuple(check for check in self.checks if check.stops)

    @property
    def agreements_asked(self) -> tuple[Check, ...]:
        """What is to be accepted or signed, where that is all that stands in the way, or will."""
        if any(check.rule not in AGREEMENT_RULES for check in self.denials):
            return ()
        asked = (check for check in self.checks if check.stops or check.ends)
        return tuple(check for check in asked if check.rule in AGREEMENT_RULES)

    @property
    def next_step(self) -> Check | None:
        """The first denial that the person can do something about."""
        return next((check for check in self.denials if check.remedy_url), None)

    @property
    def sentence(self) -> str:
        """The whole in one sentence."""
        return _summary(self)


def _summary(verdict: Verdict) -> str:
    if verdict.allowed:
        return {
            VerdictAction.SEE: _("You may see this release."),
            VerdictAction.APPLY: _("You may apply for access."),
            VerdictAction.USE_API: _("You may use this release through the hosted API."),
            VerdictAction.DOWNLOAD: _("You may download this release."),
        }[verdict.action]
    lead = {
        VerdictAction.SEE: _("You cannot see this release."),
        VerdictAction.APPLY: _("You cannot apply for access now."),
        VerdictAction.USE_API: _("You cannot use this release through the hosted API yet."),
        VerdictAction.DOWNLOAD: _("You cannot download this release yet."),
    }[verdict.action]
    return f"{lead} {verdict.denials[0].sentence}"
