"""Two hands at one agreement, over two real connections."""

import pytest
from pytest_django import Settings

from audit.models import Event
from common.errors import Refused
from licensing import services
from licensing.models import Acceptance, Receipt, Terms, TermsVersion
from licensing.services.receipts import issue_owed_receipts
from tests.factories import make_user
from tests.licensing.factories import accept, make_terms
from tests.licensing.test_terms import legal_counsel
from tests.racing import ROUNDS, Race

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def quiet_mail(settings: Settings) -> None:
    """Leave mail to the queue, where it does not slow the race down."""
    settings.CELERY_TASK_ALWAYS_EAGER = False


def test_two_versions_published_at_once_have_two_numbers_and_one_is_in_force(race: Race) -> None:
    for number in range(ROUNDS):
        slug = f"terms-{number}"
        race(
            lambda s=slug: make_terms(s, text="Be good."),
            lambda s=slug: make_terms(s, text="Be better."),
        )
        numbers = TermsVersion.objects.filter(terms__slug=slug).values_list("number", flat=True)
        assert sorted(numbers) == [1, 2]
        assert Terms.objects.get(slug=slug).told_number == 2


def test_a_draft_published_twice_at_once_is_one_version(race: Race) -> None:
    counsel = legal_counsel()
    for number in range(ROUNDS):
        draft = services.save_terms_draft(
            actor=counsel,
            slug=f"terms-{number}",
            title="Terms",
            text="Be good.",
            change="material",
            grace_days=0,
            organization_signs=True,
        )
        results = race(
            lambda d=draft: services.publish_terms_draft(actor=counsel, draft=d),
            lambda d=draft: services.publish_terms_draft(actor=counsel, draft=d),
        )
        assert sum(isinstance(each, Refused) for each in results) == 1
    assert TermsVersion.objects.count() == ROUNDS


def test_a_text_is_accepted_before_another_is_published_or_not_at_all(race: Race) -> None:
    for number in range(ROUNDS):
        slug, user = f"terms-{number}", make_user()
        old = make_terms(slug)
        accepted, new = race(
            lambda v=old, u=user: accept(u, v),
            lambda s=slug: make_terms(s),
        )
        assert isinstance(new, TermsVersion)
        events = Event.objects.filter(data__slug=slug, data__number__in=[1, 2])
        order = list(events.order_by("pk").values_list("action", flat=True))
        if isinstance(accepted, Refused):
            assert order == ["terms.published", "terms.published"]
        else:
            assert order == ["terms.published", "terms.accepted", "terms.published"]


def test_a_receipt_is_signed_once_by_two_workers(race: Race, settings: Settings) -> None:
    key, settings.SIGNING_KEY = settings.SIGNING_KEY, ""
    version = make_terms()
    for _ in range(3):
        accept(make_user(), version)
    from common import dsse

    settings.SIGNING_KEY = key or dsse.derived_private_key("race")
    race(issue_owed_receipts, issue_owed_receipts)
    assert Receipt.objects.count() == Acceptance.objects.count() == 3
