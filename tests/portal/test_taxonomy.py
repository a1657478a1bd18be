"""The page that lists the controls by code, and that codes stand where the controls are."""

import pytest
from django.test import Client

from common.taxonomy import all_codes, all_controls
from tests.boards.factories import make_motion
from tests.releases.factories import make_ladder

pytestmark = pytest.mark.django_db

STAGED = "3.4 Staged Deployment"


def test_everybody_reads_every_control_and_every_code() -> None:
    page = Client().get("/about/taxonomy/").content.decode()
    for control in all_controls().values():
        assert control.name in page
    for code in all_codes().values():
        assert f"{code.number} {code.name.replace('&', '&amp;')}" in page


def test_the_ladder_shows_the_codes_of_stages_and_of_the_vote() -> None:
    ladder = make_ladder()
    page = Client().get(f"/releases/ladders/{ladder.name}/{ladder.version}/").content.decode()
    assert STAGED in page
    assert "1.1 Board Structure &amp; Oversight" in page


def test_a_motion_shows_the_codes_of_its_vote() -> None:
    motion = make_motion()
    client = Client()
    client.force_login(motion.proposer)
    page = client.get(f"/boards/motions/{motion.public_id}/").content.decode()
    assert "1.1 Board Structure &amp; Oversight" in page
