"""Staff rights on one model: read from their own rows, opened by nothing else."""

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from guardian.shortcuts import assign_perm

from accounts.models import User
from audit.models import Event
from audit.selectors import ref
from boards.models import Motion
from common.errors import Refused
from releases import permissions, services
from releases.choices import Right
from tests.boards.factories import cast, make_board
from tests.factories import make_user
from tests.releases.factories import decide, make_hold, make_model, make_release, make_transition

pytestmark = pytest.mark.django_db


def test_a_right_is_for_one_model_and_one_act() -> None:
    manager = make_user()
    model, other = make_model(manager=manager), make_model()
    assert permissions.has_right(manager, "manage_release", model)
    assert not permissions.has_right(manager, "place_hold", model)
    assert not permissions.has_right(manager, "manage_release", other)
    assert list(permissions.models_with_right(manager, "manage_release")) == [model]
    assert list(permissions.users_with_right("manage_release", model)) == [manager]
    assert list(permissions.visible_models(manager)) == [model]


def test_a_persons_rights_on_every_model_are_read_with_the_person() -> None:
    first, second = make_model(), make_model()
    user, group = make_user(), Group.objects.create(name="Leads")
    user.groups.add(group)
    assign_perm("releases.place_hold", user, first)
    assign_perm("releases.place_hold", group, second)
    assign_perm("releases.manage_release", group, second)
    people = User.objects.filter(pk__in=[user.pk, make_user().pk]).order_by("pk")
    held = people.annotate(held=permissions.rights_held()).values_list("held", flat=True)
    assert [permissions.rights_by_model(each) for each in held] == [
        {first.pk: {"place_hold"}, second.pk: {"place_hold", "manage_release"}},
        {},
    ]


def test_a_group_carries_a_right() -> None:
    model = make_model()
    user, group = make_user(), Group.objects.create(name="Leads")
    user.groups.add(group)
    assign_perm("releases.place_hold", group, model)
    assert permissions.has_right(user, "place_hold", model)
    assert list(permissions.users_with_right("place_hold", model)) == [user]
    assert list(permissions.leads_of(model)) == [user]
    assert list(permissions.models_with_right(user, "place_hold")) == [model]


def test_neither_superuser_nor_operator_nor_nobody_has_one() -> None:
    model = make_model()
    people = (make_user(is_superuser=True), make_user(is_staff=True), AnonymousUser())
    for person in people:
        for right in Right.values:
            assert not permissions.has_right(person, right, model)
            assert not permissions.models_with_right(person, right).exists()
        assert not permissions.is_staff_of(person, model)
        assert not permissions.visible_models(person).exists()


def test_somebody_inactive_has_none_left() -> None:
    manager = make_user()
    model = make_model(manager=manager)
    manager.is_active = False
    manager.save()
    assert not permissions.has_right(manager, "manage_release", model)
    assert not permissions.users_with_right("manage_release", model).exists()
    assert not permissions.is_staff_of(manager, model)
    assert services.withdraw_right(actor=None, user=manager, right="manage_release", model=model)


def test_a_seat_shows_the_model_and_gives_no_right() -> None:
    chair = make_user()
    model = make_model(board=make_board(("chair", chair)))
    assert permissions.is_staff_of(chair, model)
    assert list(permissions.visible_models(chair)) == [model]
    assert permissions.rights_of(chair, model) == set()


def test_each_change_of_a_right_is_recorded_once() -> None:
    user, model = make_user(), make_model()
    for change in (services.grant_right, services.grant_right, services.withdraw_right):
        change(actor=None, user=user, right="place_hold", model=model)
    assert not services.withdraw_right(actor=None, user=user, right="place_hold", model=model)
    actions = Event.objects.filter(action__startswith="right.").order_by("id")
    assert list(actions.values_list("action", flat=True)) == ["right.granted", "right.withdrawn"]
    with pytest.raises(Refused, match="is not a right"):
        services.grant_right(actor=None, user=user, right="delete_model", model=model)


def test_who_manages_a_model_is_in_conflict_with_every_motion_about_it() -> None:
    manager = make_user()
    model = make_model(manager=manager)
    release = make_release(model)
    for about in (model, release, make_hold(model), make_hold(model, release)):
        assert set(permissions.conflicts(Motion(subject_ref=ref(about)))) == {manager.pk}
    assert permissions.conflicts(Motion(subject_ref=ref(make_release()))) == {}
    assert permissions.conflicts(Motion(subject_ref="boards.board:1")) == {}


def test_whoever_a_group_makes_a_manager_during_a_vote_loses_their_vote() -> None:
    release = make_release()
    transition = make_transition(release)
    services.open_transition_vote(actor=transition.motion.proposer, transition=transition)
    ballot = transition.motion.ballots.filter(role="safety").get()
    group = Group.objects.create(name="Leads")
    assign_perm("releases.manage_release", group, release.model)
    assert ballot.holder is not None
    cast(transition.motion, ballot.holder, "reject")
    ballot.holder.groups.add(group)
    decide(transition.motion)
    ballot.refresh_from_db()
    assert "Manages releases" in ballot.excluded
