"""Memberships and clearances under any sequence of acts and any passing of time."""

from dataclasses import dataclass
from datetime import timedelta

import hypothesis.strategies as st
import pytest
from django.db.models import F
from django.utils import timezone
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from accounts import services
from accounts.models import Clearance, Membership
from accounts.selectors import (
    membership_of,
    open_memberships,
    settled_tier,
    tier_of_user,
)
from accounts.services.clearances import AT_ONCE, GRACE
from common.errors import Refused
from tests.factories import make_clearance, make_organization, make_user, verify_domain
from tests.machines import machine_settings

who = st.integers(0, 2)


@dataclass
class Known:
    """One clearance as it should stand, in days from now."""

    tier: int
    ends: int
    counts: int | None = None
    affiliated: bool = False


@dataclass
class Place:
    """One membership as it should stand."""

    role: str
    until: int | None


class OrganizationMachine(RuleBasedStateMachine):
    """Three people and an organisation with a verified domain."""

    @initialize()
    def begin(self) -> None:
        self.people = [make_user() for _person in range(3)]
        self.organization = make_organization(self.people[0], domain="labs.example")
        verify_domain(self.people[0], self.organization)
        self.places: dict[int, Place] = {0: Place("owner", 60)}
        self.known: dict[int, list[Known]] = {0: [], 1: [], 2: []}

    # What ought to be so

    def live(self, person: int) -> bool:
        place = self.places.get(person)
        return place is not None and (place.until is None or place.until > 0)

    def owns(self, person: int) -> bool:
        return self.live(person) and self.places[person].role == "owner"

    def others_own(self, person: int) -> bool:
        return any(self.owns(other) for other in self.places if other != person)

    def reopen(self, person: int, change: Clearance.Change, *, affiliated: bool = False) -> None:
        days = 0 if change in AT_ONCE else GRACE.days
        for each in self.known[person]:
            counts = each.ends > 0 and (each.counts is None or each.counts > 0)
            shorter = each.counts is None or days < each.counts
            if counts and shorter and (each.affiliated or not affiliated):
                each.counts = days

    def end(self, person: int) -> None:
        del self.places[person]
        self.reopen(person, Clearance.Change.AFFILIATION, affiliated=True)

    def place_of(self, person: int) -> Membership:
        return open_memberships().get(user=self.people[person])

    # Acts

    @rule(actor=who, person=who, role=st.sampled_from(["owner", "member"]))
    def join(self, actor: int, person: int, role: str) -> None:
        allowed = self.owns(actor) and person not in self.places
        try:
            services.add_member(
                actor=self.people[actor],
                organization=self.organization,
                user=self.people[person],
                role=role,
            )
            assert allowed
            self.places[person] = Place(role, 60)
        except Refused:
            assert not allowed

    @rule(actor=who, person=who)
    def leave(self, actor: int, person: int) -> None:
        if person not in self.places:
            return
        may = actor == person or self.owns(actor)
        stays = self.places[person].role == "owner" and not self.others_own(person)
        try:
            services.end_membership(
                actor=self.people[actor], membership=self.place_of(person), reason="So."
            )
            assert may
            assert not stays
            self.end(person)
        except Refused:
            assert not may or stays

    @rule(actor=who, person=who, role=st.sampled_from(["owner", "custodian", "member"]))
    def change_role(self, actor: int, person: int, role: str) -> None:
        if person not in self.places:
            return
        place = self.places[person]
        stays = place.role == "owner" and role != "owner" and not self.others_own(person)
        allowed = self.owns(actor) and not stays
        try:
            services.change_role(
                actor=self.people[actor], membership=self.place_of(person), role=role
            )
            assert allowed
            place.role = role
        except Refused:
            assert not allowed

    @rule(actor=who, person=who)
    def vouch(self, actor: int, person: int) -> None:
        if person not in self.places:
            return
        allowed = self.owns(actor) and actor != person
        try:
            services.vouch_for_member(actor=self.people[actor], membership=self.place_of(person))
            assert allowed
            self.places[person].until = 365
        except Refused:
            assert not allowed

    @rule()
    def sweep(self) -> None:
        services.lapse_memberships()
        for person in [each for each in self.places if not self.live(each)]:
            if self.places[person].role != "owner" or self.others_own(person):
                self.end(person)

    @rule(person=who, tier=st.integers(1, 3), days=st.integers(10, 400), here=st.booleans())
    def clear(self, person: int, tier: int, days: int, here: bool) -> None:
        make_clearance(
            user=self.people[person],
            tier=tier,
            days=days,
            affiliation=self.organization if here else None,
        )
        self.known[person].append(Known(tier, days, affiliated=here))

    @rule(person=who, change=st.sampled_from(list(Clearance.Change)))
    def change(self, person: int, change: Clearance.Change) -> None:
        user = self.people[person]
        services.reopen_clearances(actor=user, change=change, user=user)
        self.reopen(person, change)

    @rule(days=st.sampled_from([1, 20, 45, 200]))
    def pass_days(self, days: int) -> None:
        """Let time pass by moving every end closer."""
        passed = timedelta(days=days)
        Membership.objects.filter(affiliation_until__isnull=False).update(
            affiliation_until=F("affiliation_until") - passed
        )
        Clearance.objects.update(expires_at=F("expires_at") - passed)
        Clearance.objects.filter(counts_until__isnull=False).update(
            counts_until=F("counts_until") - passed
        )
        for place in self.places.values():
            if place.until is not None:
                place.until -= days
        for each in (known for found in self.known.values() for known in found):
            each.ends -= days
            if each.counts is not None:
                each.counts -= days

    # Invariants

    @invariant()
    def places_are_as_they_should_be(self) -> None:
        for person, user in enumerate(self.people):
            assert (membership_of(user, self.organization) is not None) is self.live(person)
        assert {self.people.index(place.user) for place in self._open()} == set(self.places)
        # Somebody can always bring it back to life.
        assert any(place.role == "owner" for place in self.places.values())

    def _open(self) -> list[Membership]:
        found = open_memberships().filter(organization=self.organization)
        return list(found.select_related("user"))

    @invariant()
    def tiers_are_as_they_should_be(self) -> None:
        now = timezone.now()
        for person, user in enumerate(self.people):
            live = [
                each
                for each in self.known[person]
                if each.ends > 0 and (each.counts is None or each.counts > 0)
            ]
            assert tier_of_user(user, now) == max((each.tier for each in live), default=0)
            settled = [each.tier for each in live if each.counts is None]
            assert settled_tier(user, now) == max(settled, default=0)


@pytest.mark.django_db
def test_memberships_and_clearances_follow_their_rules() -> None:
    run_state_machine_as_test(OrganizationMachine, settings=machine_settings(examples=15, steps=20))
