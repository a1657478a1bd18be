"""Loading a ladder: what the rows hold, and who adopts which version."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from releases import selectors, services

pytestmark = pytest.mark.django_db

TEXT = (Path(settings.BASE_DIR) / "deploy" / "ladder.yaml").read_text()
RULE = '{quorum: {more_than: "1/2"}, approval: {at_least: "2/3"}}'
A_GATE = """{key: bio, kind: metric, name: Bio uplift, task: bio, metric: accuracy, \
unsafe: above, bound: "0.2"}"""


def test_the_rows_hold_what_the_file_says() -> None:
    emergency = f"{{rule: {RULE}, voting_period: 1d, full_review: 9d}}"
    text = TEXT.replace(
        "hold_review: 14d", f"hold_review: 7d\nexecutive: [chair]\nemergency: {emergency}"
    )
    text = text.replace(
        "    re_review: 180d\n    requirements:\n",
        f"    re_review: 90d\n    override: [legal]\n    requirements:\n      - {A_GATE}\n",
        1,
    )
    ladder, is_new, _adoptions = services.load_ladder(actor=None, source_text=text)
    ladder.refresh_from_db()
    assert is_new
    assert ladder.hold_review == timedelta(days=7)
    assert ladder.executive == ["chair"]
    assert ladder.fast_track is not None
    assert ladder.fast_track.full_review == timedelta(days=9)
    gated = selectors.ladder_stages(ladder)[3]
    assert gated.re_review == timedelta(days=90)
    assert gated.override == ["legal"]
    assert gated.requirements[0]["key"] == "bio"


def test_a_ladder_without_a_fast_track_has_none() -> None:
    ladder = services.load_ladder(actor=None, source_text=TEXT).ladder
    assert ladder.fast_track is None
    assert ladder.hold_review == timedelta(days=14)
