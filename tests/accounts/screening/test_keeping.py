"""Files that left force long ago: what stays of them."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import ListSnapshot
from accounts.services import screening
from audit.models import Event
from tests.accounts.screening.making import hits, in_force, watched
from tests.factories import make_operator, make_user

pytestmark = pytest.mark.django_db


def test_entries_long_out_of_force_go_but_for_what_an_open_hit_refers_to() -> None:
    former = in_force("1,Sergei Ivanoff,,person,,", "2,Gone Away,,person,,")
    (watch,) = watched(make_user(full_name="Sergey Ivanov"))
    later = in_force("1,Sergei Ivanoff,,person,,", "3,New Name,,person,,", on_list=former.on_list)
    assert screening.sweep_former_entries() == 0
    ListSnapshot.objects.filter(pk=later.pk).update(current_at=timezone.now() - timedelta(days=400))
    assert screening.sweep_former_entries() == 1
    assert list(former.entries.values_list("key", flat=True)) == ["1"]
    (hit,) = hits(watch)
    screening.decide_hit(actor=make_user(), hit=hit, decision="not_them", reason="Somebody else.")
    assert screening.sweep_former_entries() == 1
    assert screening.sweep_former_entries() == 0
    assert not former.entries.exists()
    former.refresh_from_db()
    assert (former.loaded, len(former.sha256), later.entries.count()) == (2, 64, 2)
    told = Event.objects.filter(action="list.emptied").order_by("pk")
    assert [each.data["left"] for each in told] == [1, 0]
    client = Client()
    client.force_login(make_operator())
    page = client.get(f"/operation/lists/{former.pk}/compare/{later.pk}/").content.decode()
    assert "kept under its SHA-256" in page
    assert "1 added, 1 removed, " in page
    assert "New Name" not in page
