"""An approval while a round finds its party: two connections, in an order that is forced."""

from pathlib import Path

import pytest
from pytest_django import Settings

from accounts.models import ScreeningHit
from accounts.selectors.screening import current_round
from accounts.services import screening as lists
from accounts.services.screening import running
from common.errors import Refused
from licensing.models import Application, Grant, SuspensionRequest
from licensing.services import screening
from tests.accounts.screening.making import in_force, plain, upload
from tests.factories import make_user
from tests.licensing.factories import (
    approve,
    make_all_terms,
    make_application,
    make_in_review,
    make_model,
    make_release,
    tick_all,
)
from tests.racing import PATIENCE, kept_waiting, uncommitted

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def application(settings: Settings, tmp_path: Path) -> Application:
    """Return one in review, whose applicant is screened and clear."""
    settings.CELERY_TASK_ALWAYS_EAGER = False
    settings.DOCUMENTS_STORAGE = tmp_path / "documents"
    running._loaded.clear()
    make_all_terms()
    model = make_model()
    make_release(model)
    found = make_in_review(make_application(model, make_user(full_name="Sergey Ivanov")))
    in_force("9,Nobody Atall,,person,,")
    tick_all(found)
    return found


def list_him() -> None:
    """Put him on a list in force, without a worker that screens him."""
    snapshot = upload(plain("1,Sergey Ivanov,,person,,"), title="Other")
    lists.import_list(snapshot_id=snapshot.pk)


def test_an_approval_waits_for_the_batch_that_finds_its_party(application: Application) -> None:
    list_him()
    latest = current_round()
    assert latest is not None
    with uncommitted(lambda: running._screen_batch(latest)):
        coming = kept_waiting(lambda: approve(application))
    answer = coming.result(PATIENCE)
    assert isinstance(answer, Refused)
    assert "nobody has decided" in str(answer)
    assert not Grant.objects.exists()


def test_who_is_found_after_the_approval_looked_is_put_before_the_leads(
    application: Application,
) -> None:
    with uncommitted(lambda: approve(application)):
        list_him()
        lists.screen_due()
        assert not Grant.objects.exists()
    lists.screen_due()
    grant, hit = Grant.objects.get(), ScreeningHit.objects.get(exact=True)
    screening.sweep_watches()
    assert screening.ask_for_suspensions() == 1
    assert SuspensionRequest.objects.get(grant=grant).hit == hit
