"""What duties a version declares: their shape, their words, and their place in the text."""

from typing import Any

import pytest

from common.errors import Refused
from licensing import services
from licensing.duties import HEADING, Duty, parse, with_section, without_section
from licensing.models import TermsVersion
from tests.licensing.factories import make_terms

ATTEST: dict[str, Any] = {
    "kind": "attest_use", "number": 6, "performer": "keeper", "consequence": "stop",
}  # fmt: skip
DESTROY: dict[str, Any] = {
    "kind": "certify_destruction", "number": 30, "performer": "signatory", "consequence": "call",
}  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"number": 0}, "from 1 to 60"),
        ({"number": 61}, "from 1 to 60"),
        ({"number": True}, "from 1 to 60"),
        ({"number": "6"}, "from 1 to 60"),
        ({"kind": "dance"}, "attest_use"),
        ({"performer": "anybody"}, "keeper"),
        ({"consequence": "revoke"}, "remind"),
        ({"more": 1}, "has a kind"),
    ],
)
def test_what_declares_no_duty_is_refused_with_a_sentence(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse([ATTEST | wrong])


def test_a_kind_is_declared_once_and_the_order_is_always_the_same() -> None:
    with pytest.raises(ValueError, match="once"):
        parse([ATTEST, ATTEST])
    assert parse([DESTROY, ATTEST]) == (Duty(**ATTEST), Duty(**DESTROY))
    with pytest.raises(ValueError, match="list"):
        parse({"kind": "attest_use"})


def test_the_duties_are_the_last_section_of_the_text_and_come_off_again() -> None:
    text = "# Terms\n\nBe careful.\n"
    whole = with_section(text, parse([ATTEST, DESTROY]))
    assert whole.startswith(text)
    assert "Every 6 months, an owner or custodian" in whole
    assert "access stops until it is done" in whole
    assert without_section(whole, declared=True) == text
    assert without_section(text, declared=False) == text
    assert with_section(text, ()) == text


@pytest.mark.django_db
def test_a_version_is_hashed_with_its_duties_and_compared_by_them() -> None:
    text = "# Terms\n\nBe careful.\n"
    plain = make_terms("duties", text)
    bound = make_terms("duties", text, duties=[ATTEST])
    assert bound.number == 2
    assert bound.text_sha256 != plain.text_sha256
    assert "Every 6 months" in bound.html
    assert (bound.own_text, plain.own_text) == (text, text)
    assert bound.declared == (Duty(**ATTEST),)
    assert make_terms("duties", text, duties=[ATTEST]) == bound
    with pytest.raises(Refused, match="no editorial change"):
        make_terms("duties", text + "\nMore.", change="editorial", duties=[ATTEST | {"number": 3}])
    assert make_terms("duties", text + "\nMore.", change="editorial", duties=[ATTEST]).number == 3
    assert TermsVersion.objects.filter(terms__slug="duties").count() == 3


@pytest.mark.django_db
def test_the_section_is_written_by_the_portal_alone() -> None:
    with pytest.raises(Refused, match="written by the portal"):
        services.publish_terms(actor=None, slug="x", title="X", text=f"# X\n\n{HEADING}\n\nNone.")
