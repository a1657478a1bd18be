"""What a suspension of a selection selects: the verdict's side, the dry run's, and in plain words.

The oracle is written a third time here, in Python, and all three must agree.
"""

import itertools
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Exists
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.models import Organization, User
from licensing.facts import VerdictAction
from licensing.models import Grant, Suspension
from licensing.selection import Criteria, HolderKind, Origin, describe, in_short
from licensing.selectors.suspensions import (
    criteria_of,
    holder_country,
    not_suspended,
    selected,
    suspended_among,
    suspending,
    suspensions_of,
)
from licensing.verdict import decide
from releases.models import Model
from tests.factories import make_organization, make_user
from tests.licensing.factories import (
    accept_all,
    approve,
    make_all_terms,
    make_application,
    make_in_review,
    make_model,
    make_release,
)


class Grants:
    """Grants that differ in all that one can select by, on two models with one release each."""

    def __init__(self) -> None:
        make_all_terms()
        self.models = [make_model(), make_model()]
        self.releases = [
            make_release(self.models[0], "gated"),
            make_release(self.models[1], "open"),
        ]
        self.organizations = [make_organization(make_user()), make_organization(make_user())]
        Organization.objects.filter(pk=self.organizations[1].pk).update(country="FR")
        self._grant(make_user(), None, country="DE")
        self._grant(make_user(), None, country="CN", modes=["api"])
        for organization in self.organizations:
            self._grant(organization.memberships.get().user, organization, country="BR")
        # By accepting public terms: nobody knows where this person is.
        accept_all(make_user(), self.models[1])
        owner = self.organizations[1].memberships.get().user
        accept_all(owner, self.models[1], self.organizations[1])
        self.grants = list(Grant.objects.order_by("pk"))

    def _grant(self, user: User, organization: Organization | None, **answers: Any) -> None:
        application = make_application(self.models[0], user, organization, **answers)
        approve(make_in_review(application))
        accept_all(user, self.models[0], organization)


def by_hand(criteria: Criteria, grant: Grant) -> bool:
    """Tell whether the criteria select a grant, whatever the stage."""
    if grant.organization is not None:
        country = grant.organization.country
    else:
        country = grant.application.answers["country"] if grant.application else ""
    if criteria.countries or criteria.unknown_country:
        named = country in criteria.countries
        if criteria.all_other_countries:
            named = not named and country != ""
        if not named and not (criteria.unknown_country and not country):
            return False
    return (
        criteria.model in (None, grant.model_id)
        and criteria.organization in (None, grant.organization_id)
        and criteria.holder_kind in ("", "organization" if grant.organization else "person")
        and criteria.origin in ("", "reviewed" if grant.application else "self_service")
        and criteria.track in ("", grant.application.track if grant.application else None)
    )


def serves(grant: Grant, access_mode: str) -> bool:
    given = {
        "api_named": {"api"},
        "api_public": {"api"},
        "weights_gated": {"api", "weights"},
        "weights_open": {"api", "weights"},
    }
    stands = grant.model.releases.filter(stage__access_mode=access_mode).exists()
    return stands and bool(given[access_mode] & set(grant.modes))


def place(criteria: Criteria, model: Model) -> Suspension:
    return Suspension.objects.create(
        board=model.board,
        model_id=criteria.model,
        organization_id=criteria.organization,
        access_modes=list(criteria.access_modes),
        countries=list(criteria.countries),
        all_other_countries=criteria.all_other_countries,
        unknown_country=criteria.unknown_country,
        holder_kind=criteria.holder_kind,
        origin=criteria.origin,
        track=criteria.track,
        reason="A letter came.",
        placed_by=make_user(),
        review_at=timezone.now() + timedelta(days=1),
    )


class TestBothSides(TestCase):
    """Of any criteria the verdict, the dry run and the oracle think the same."""

    world: Grants

    @classmethod
    def setUpTestData(cls) -> None:
        cls.world = Grants()

    @settings(max_examples=25, deadline=None)
    @given(data=st.data())
    def test_the_two_queries_agree_with_the_oracle(self, data: st.DataObject) -> None:
        world = self.world
        countries = data.draw(st.sets(st.sampled_from(["DE", "FR", "CN", "BR"]), max_size=3))
        criteria = Criteria(
            model=data.draw(st.sampled_from([None, *(model.pk for model in world.models)])),
            organization=data.draw(
                st.sampled_from([None, None, *(each.pk for each in world.organizations)])
            ),
            access_modes=tuple(
                data.draw(st.sets(st.sampled_from(["api_named", "weights_gated", "weights_open"])))
            ),
            countries=tuple(sorted(countries)),
            all_other_countries=bool(countries) and data.draw(st.booleans()),
            unknown_country=data.draw(st.booleans()),
            holder_kind=data.draw(st.sampled_from(["", *HolderKind.values])),
            origin=data.draw(st.sampled_from(["", *Origin.values])),
            track=data.draw(st.sampled_from(["", "", "", "deployer", "researcher"])),
        )
        meant = {grant.pk for grant in world.grants if by_hand(criteria, grant)}
        reached = {
            grant.pk
            for grant in world.grants
            if grant.pk in meant
            and (
                not criteria.access_modes
                or any(serves(grant, mode) for mode in criteria.access_modes)
            )
        }
        assert set(selected(criteria).values_list("pk", flat=True)) == reached
        if criteria.is_empty:
            return
        suspension = place(criteria, world.models[0])
        assert criteria_of(suspension) == criteria
        stopped = Grant.objects.alias(holder_country=holder_country()).filter(Exists(suspending()))
        assert set(stopped.values_list("pk", flat=True)) == meant
        assert suspended_among(world.grants) == meant
        for grant in world.grants:
            assert bool(suspensions_of(grant)) == (grant.pk in meant)
        for mode in ("api_named", "weights_gated", "weights_open"):
            free = not_suspended(Grant.objects.all(), mode).values_list("pk", flat=True)
            counts = not criteria.access_modes or mode in criteria.access_modes
            assert set(free) == {each.pk for each in world.grants} - (meant if counts else set())
        for grant in world.grants:
            self._check_verdict(criteria, grant, suspended=grant.pk in meant)

    def _check_verdict(self, criteria: Criteria, grant: Grant, *, suspended: bool) -> None:
        user = grant.named_users.get().user
        release = grant.model.releases.get()
        assert release.stage is not None
        counts = not criteria.access_modes or release.stage.access_mode in criteria.access_modes
        for action, mode in ((VerdictAction.DOWNLOAD, "weights"), (VerdictAction.USE_API, "api")):
            verdict = decide(user, release, action)
            denied = {check.rule for check in verdict.denials}
            others = {
                each.pk
                for each in self.world.grants
                if each.model_id == grant.model_id and each.named_users.filter(user=user).exists()
            } - {grant.pk}
            if others or mode not in grant.modes:
                continue
            assert ("suspension" in denied) == (suspended and counts)


@pytest.mark.django_db
def test_criteria_are_told_in_words() -> None:
    model = make_model()
    criteria = Criteria(
        model=model.pk,
        model_name=str(model),
        access_modes=("weights_open",),
        countries=("DE", "FR"),
        all_other_countries=True,
        unknown_country=True,
        holder_kind="person",
        origin="self_service",
    )
    lines = dict(describe(criteria))
    assert lines["Country of the holder"] == (
        "every one but Germany, France; those whose country is not known"
    )
    assert lines["Held by"] == "People without an organisation"
    assert in_short(criteria).startswith(f"{model}; Weights, anyone who accepts the terms; every")
    assert in_short(Criteria(unknown_country=True)) == (
        "Every model; those whose country is not known"
    )


def test_every_combination_of_countries_reads_as_it_selects() -> None:
    told = [
        dict(
            describe(Criteria(countries=named, all_other_countries=other, unknown_country=unknown))
        )
        for named, other, unknown in itertools.product([("DE",)], [False, True], [False, True])
    ]
    assert len({each["Country of the holder"] for each in told}) == 4
