"""Reading what the plan of a grant's duties looks at.

The facts of any number of grants take a fixed number of queries: a sweep goes over all of them.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Exists, Min, OuterRef, Q, QuerySet

from audit.models import Event
from audit.selectors import ref
from licensing.duty_plan import ENDED, USING, Declined, GrantFacts, Happened, Held, Known
from licensing.models import (
    LIVE_GRANT_STATES,
    Acceptance,
    Capacity,
    Decline,
    Grant,
    Mode,
    OwedDuty,
    Terms,
    TermsVersion,
)
from licensing.selectors import modes_served
from releases.choices import WEIGHTS_MODES
from releases.models import Release, Stage, StageEntry

# The holder of a grant: the organisation, or the person.
Holder = tuple[int | None, int | None]


def terms_with_duties() -> QuerySet[Terms]:
    """Return the agreements of which some version declares duties."""
    declaring = TermsVersion.objects.filter(terms=OuterRef("pk")).exclude(duties=[])
    return Terms.objects.filter(Exists(declaring))


def grants_to_look_at(*, after: int, ended_since: datetime) -> QuerySet[Grant]:
    """Return, by id, the grants in use or ended lately whose holder accepted a duty."""
    accepted = Acceptance.objects.filter(version__terms__in=terms_with_duties()).filter(
        Q(organization=OuterRef("organization"))
        | Q(organization__isnull=True, user=OuterRef("person"))
    )
    return Grant.objects.filter(
        Q(state__in=USING) | Q(state__in=ENDED, ended_at__gt=ended_since),
        Exists(accepted),
        pk__gt=after,
    ).order_by("pk")


def may_owe(grant: Grant) -> bool:
    """Tell at little cost whether there is anything to look at: most grants owe nothing."""
    return (
        Grant.objects.filter(pk=grant.pk)
        .filter(Exists(terms_with_duties()) | Exists(OwedDuty.objects.filter(grant=grant.pk)))
        .exists()
    )


def facts_of(grants: Sequence[Grant]) -> dict[int, GrantFacts]:
    """Return what the plan looks at, by the grants' ids."""
    world = _World.read(grants)
    return {grant.pk: world.of(grant) for grant in grants}


def holder_of(grant: Grant) -> Holder:
    """Return the ids of the organisation and of the person, one of which there is."""
    return grant.organization_id, grant.person_id


@dataclass
class _World:
    """Everything that is read, once for all the grants."""

    slugs: dict[tuple[int, str], set[int]] = field(default_factory=lambda: defaultdict(set))
    # By holder and agreement: the newest accepted version, and when each was accepted first.
    accepted: dict[tuple[Holder, int], dict[int, datetime]] = field(default_factory=dict)
    versions: dict[int, TermsVersion] = field(default_factory=dict)
    declines: dict[Holder, list[Declined]] = field(default_factory=lambda: defaultdict(list))
    released: dict[int, list[Happened]] = field(default_factory=lambda: defaultdict(list))
    withdrawn: dict[int, list[Happened]] = field(default_factory=lambda: defaultdict(list))
    weights_left: set[int] = field(default_factory=set)
    licensed: dict[tuple[int, Holder], set[int]] = field(default_factory=lambda: defaultdict(set))
    known: dict[int, list[Known]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def read(cls, grants: Sequence[Grant]) -> "_World":
        """Read it; without an agreement that declares duties, only what is open is read."""
        world = cls()
        for row in OwedDuty.objects.filter(grant__in=[grant.pk for grant in grants]):
            world.known[row.grant_id].append(
                Known(
                    row.pk, row.terms_id, row.kind, row.trigger, row.state, row.due_at,
                    row.anchor, row.closed_at,
                )
            )  # fmt: skip
        terms = dict(terms_with_duties().values_list("slug", "pk"))
        models = {grant.model_id for grant in grants}
        world._read_models(models, terms)
        world._read_holders(grants, set(terms.values()))
        return world

    def _read_models(self, models: set[int], terms: dict[str, int]) -> None:
        entries = StageEntry.objects.filter(release__model__in=models)
        stages = Stage.objects.filter(
            Q(pk__in=entries.values("stage"))
            | Q(pk__in=Release.objects.filter(model__in=models).values("stage"))
        )
        by_stage = {stage.pk: stage for stage in stages}
        stood = {
            *entries.values_list("release__model", "stage"),
            *Release.objects.filter(model__in=models, stage__isnull=False).values_list(
                "model", "stage"
            ),
        }
        for model_id, stage_id in stood:
            stage = by_stage[stage_id]
            for mode in modes_served(stage):
                self.slugs[model_id, mode] |= {terms[s] for s in stage.terms if s in terms}
        of_weights = entries.filter(stage__access_mode__in=WEIGHTS_MODES)
        first = of_weights.order_by().values("release", "release__model", "release__state")
        withdrawn: dict[str, tuple[int, int]] = {}
        for row in first.annotate(first=Min("entered_at")):
            if row["release__state"] == "sealed":
                self.released[row["release__model"]].append(Happened(row["release"], row["first"]))
            elif row["release__state"] == "withdrawn":
                name = ref(Release(pk=row["release"]))
                withdrawn[name] = (row["release__model"], row["release"])
        events = Event.objects.filter(action="release.withdrawn", target__in=list(withdrawn))
        for target, at in events.values_list("target", "created_at"):
            model_id, release_id = withdrawn[target]
            self.withdrawn[model_id].append(Happened(release_id, at))
        self.weights_left = set(
            Release.objects.filter(
                model__in=models, state="sealed", stage__access_mode__in=WEIGHTS_MODES
            ).values_list("model", flat=True)
        )

    def _read_holders(self, grants: Sequence[Grant], terms: set[int]) -> None:
        organizations = {each.organization_id for each in grants if each.organization_id}
        people = {each.person_id for each in grants if each.person_id}
        self.versions = {
            version.pk: version
            for version in TermsVersion.objects.filter(terms__in=terms).defer("text", "html")
        }
        mine = Q(organization__in=organizations) | Q(organization__isnull=True, user__in=people)
        accepted = Acceptance.objects.filter(mine, version__terms__in=terms).order_by()
        by_organization = (
            accepted.filter(organization__isnull=False)
            .values("organization", "version")
            .annotate(first=Min("accepted_at"))
        )
        for row in by_organization:
            self._accept((row["organization"], None), row["version"], row["first"])
        for user, version, at in accepted.filter(organization__isnull=True).values_list(
            "user", "version", "accepted_at"
        ):
            self._accept((None, user), version, at)
        self._read_declines(mine, terms)
        live = Grant.objects.filter(
            Q(organization__in=organizations) | Q(person__in=people),
            model__in={grant.model_id for grant in grants},
            state__in=LIVE_GRANT_STATES,
            modes__contains=[Mode.WEIGHTS],
        )
        for pk, model_id, organization, person in live.values_list(
            "pk", "model", "organization", "person"
        ):
            self.licensed[model_id, (organization, person)].add(pk)

    def _accept(self, holder: Holder, version: int, at: datetime) -> None:
        found = self.accepted.setdefault((holder, self.versions[version].terms_id), {})
        found[version] = min(at, found.get(version, at))

    def _read_declines(self, mine: Q, terms: set[int]) -> None:
        """Read what the holder declined: for an organisation, whoever signs for it."""
        declines = Decline.objects.filter(
            mine, version__terms__in=terms, capacity__in=[Capacity.SELF, Capacity.SIGNATORY]
        )
        for decline in declines.order_by("pk"):
            user = None if decline.organization_id else decline.user_id
            holder = (decline.organization_id, user)
            version = self.versions[decline.version_id]
            accepted = self.accepted.get((holder, version.terms_id), {})
            numbers = [self.versions[each].number for each in accepted]
            if not numbers or max(numbers) >= version.number or version.binds_at is None:
                continue
            at = max(decline.declined_at, version.binds_at)
            self.declines[holder].append(Declined(version.terms_id, version.pk, at))

    def of(self, grant: Grant) -> GrantFacts:
        """Return the facts of one grant."""
        holder = holder_of(grant)
        asked = {
            terms for mode in grant.modes for terms in self.slugs.get((grant.model_id, mode), ())
        }
        held = [each for terms in sorted(asked) for each in self._held(holder, terms)]
        others = self.licensed.get((grant.model_id, holder), set()) - {grant.pk}
        return GrantFacts(
            state=grant.state,
            has_weights=Mode.WEIGHTS in grant.modes,
            created_at=grant.created_at,
            ends_at=grant.ends_at,
            ended_at=grant.ended_at,
            licensed_again=bool(others),
            weights_left=grant.model_id in self.weights_left,
            held=tuple(held),
            released=tuple(self.released.get(grant.model_id, ())),
            withdrawn=tuple(self.withdrawn.get(grant.model_id, ())),
            declined=tuple(self.declines.get(holder, ())),
            known=tuple(self.known.get(grant.pk, ())),
        )

    def _held(self, holder: Holder, terms: int) -> list[Held]:
        """Return the duties of the newest version that the holder accepted."""
        accepted = self.accepted.get((holder, terms), {})
        newest = max(accepted, key=lambda pk: self.versions[pk].number, default=None)
        if newest is None:
            return []
        found = []
        for duty in self.versions[newest].declared:
            # An obligation that an earlier version had already is as old as that.
            since = min(
                at
                for pk, at in accepted.items()
                if any(each.kind == duty.kind for each in self.versions[pk].declared)
            )
            found.append(Held(terms, newest, duty, since))
        return found
