"""Two who come with the same link to a referee's form."""

from functools import partial

import pytest

from common.errors import Refused
from licensing import services
from licensing.models import ReferenceAnswer
from tests.factories import mailed_secret, make_user
from tests.licensing.factories import (
    make_application,
    make_model,
    make_release,
    name_references,
)
from tests.racing import ROUNDS, race

pytestmark = pytest.mark.django_db(transaction=True)
FEW = max(1, ROUNDS // 5)


def test_a_link_is_answered_once_and_not_after_a_withdrawal() -> None:
    model = make_release(make_model()).model
    for number in range(FEW):
        application = make_application(model, make_user())
        email = f"referee{number}@other.example"
        name_references(application, referees=[{"name": "R", "email": email, "relation": "A peer"}])
        answer = partial(
            services.answer_reference,
            secret=mailed_secret("licensing.reference"),
            vouches=True,
            said={"known": "For years."},
        )
        withdraw = partial(
            services.withdraw_application,
            actor=application.applicant,
            application=application,
        )
        results = race(answer, answer, withdraw)
        assert not isinstance(results[2], Refused)
        answers = ReferenceAnswer.objects.filter(request__application=application).count()
        given = [each for each in results[:2] if not isinstance(each, Refused)]
        assert answers == len(given) <= 1
