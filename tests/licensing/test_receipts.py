"""Receipts: signed with the acceptance, checked by the file alone, silent about names."""

import base64
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from audit import personal
from audit.services import sign as sign_payload
from common import dsse
from common.canonical import canonical_json
from common.intoto import PAYLOAD_TYPE, file_of
from licensing import tasks
from licensing.models import Acceptance, Receipt
from licensing.receipt import PREDICATE_PATH
from tests.factories import make_organization, make_user
from tests.licensing.factories import accept, make_terms, sign

pytestmark = pytest.mark.django_db
PRIVATE = dsse.derived_private_key("receipts")
PUBLIC = dsse.public_pem(dsse.load_private_key(PRIVATE))


@pytest.fixture(autouse=True)
def key(settings: Settings) -> None:
    settings.SIGNING_KEY = PRIVATE


def verify(file: str, tmp_path: Path, **options: Any) -> str:
    path, key = tmp_path / "receipt.json", tmp_path / "key.pem"
    path.write_text(file)
    key.write_text(PUBLIC)
    out = StringIO()
    call_command("verify_record", path, key=key, stdout=out, **options)
    return out.getvalue()


def predicate(file: str) -> dict[str, Any]:
    statement = json.loads(base64.b64decode(json.loads(file)["payload"]))
    found: dict[str, Any] = statement["predicate"]
    return found


def test_an_acceptance_has_a_receipt_that_anyone_can_check(tmp_path: Path) -> None:
    version = make_terms(text="# Recall {recall, risky}\n\nGive it back.")
    user = make_user(full_name="Ada Lovelace")
    acceptance = accept(user, version)
    told = verify(acceptance.receipt.file, tmp_path)
    assert "The receipt is valid." in told
    assert f"SHA-256 of the text: {version.text_sha256}" in told
    assert f"By: {user.pseudonym}, for themselves" in told
    assert "Ticked: Recall" in told
    assert "Lovelace" not in acceptance.receipt.file
    assert "Lovelace" not in json.dumps(predicate(acceptance.receipt.file))


def test_the_signature_for_an_organisation_says_for_whom_and_by_what_authority(
    tmp_path: Path,
) -> None:
    owner = make_user()
    organization = make_organization(owner, name="Wetland Trust")
    told = verify(sign(owner, make_terms(), organization).receipt.file, tmp_path)
    assert "on behalf of Wetland Trust" in told
    assert "Authority: I am authorised to bind Wetland Trust." in told


def test_with_the_nonce_one_proves_the_name_and_without_it_nobody_does(tmp_path: Path) -> None:
    user = make_user()
    acceptance = accept(user, make_terms())
    nonce = personal.unseal(user.pseudonym, acceptance.sealed_nonce)
    file = acceptance.receipt.file
    assert "Typed name: Ada Lovelace" in verify(file, tmp_path, name="Ada Lovelace", nonce=nonce)
    for name, opening in (("Ada Lovelace", "0" * 32), ("Eva Lovelace", nonce)):
        with pytest.raises(CommandError, match="not those of the receipt"):
            verify(file, tmp_path, name=name, nonce=opening)
    assert nonce not in json.dumps(predicate(file))


def _resigned(change: Any, file: str) -> str:
    statement = json.loads(base64.b64decode(json.loads(file)["payload"]))
    change(statement)
    key, envelope = sign_payload(payload_type=PAYLOAD_TYPE, payload=canonical_json(statement))
    return file_of(envelope, key.fingerprint)[0]


def _another_text(statement: dict[str, Any]) -> None:
    statement["predicate"]["terms"]["text_sha256"] = "0" * 64


def _another_sentence(statement: dict[str, Any]) -> None:
    statement["predicate"]["consent"]["text"] = "I agree to nothing."


def _no_organization(statement: dict[str, Any]) -> None:
    statement["predicate"]["capacity"] = "signatory"


def _nothing(statement: dict[str, Any]) -> None:
    statement["predicate"] = []


def _another_type(statement: dict[str, Any]) -> None:
    statement["predicateType"] = "https://sluice.example/predicates/other/v1"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_another_text, "about something other"),
        (_another_sentence, "not the one that its digest names"),
        (_no_organization, "for whom"),
        (_nothing, "lacks what it must tell"),
        (_another_type, "of another type"),
    ],
)
def test_a_receipt_that_does_not_agree_with_itself_is_refused(
    change: Any, words: str, tmp_path: Path
) -> None:
    file = _resigned(change, accept(make_user(), make_terms()).receipt.file)
    with pytest.raises(CommandError, match=words):
        verify(file, tmp_path)


def test_a_changed_file_is_refused(tmp_path: Path) -> None:
    file = accept(make_user(), make_terms()).receipt.file
    found = json.loads(file)
    payload = base64.b64decode(found["payload"]).replace(b'"number":1', b'"number":2')
    found["payload"] = base64.b64encode(payload).decode()
    with pytest.raises(CommandError, match="signature is not valid"):
        verify(json.dumps(found), tmp_path)


def test_without_a_key_the_receipt_is_owed_and_signed_later(settings: Settings) -> None:
    settings.SIGNING_KEY = ""
    acceptance = accept(make_user(), make_terms())
    assert tasks.sweep_receipts() == 0
    assert not Receipt.objects.exists()
    settings.SIGNING_KEY = PRIVATE
    assert tasks.sweep_receipts() == 1
    assert tasks.sweep_receipts() == 0
    receipt = Receipt.objects.get(acceptance=acceptance)
    assert predicate(receipt.file)["acceptance"] == str(
        Acceptance.objects.get(pk=acceptance.pk).public_id
    )


def test_the_shape_of_a_receipt_stands_at_the_address_of_its_type() -> None:
    found = Client().get(PREDICATE_PATH).json()
    assert found["$id"].endswith(PREDICATE_PATH)
    assert set(predicate(accept(make_user(), make_terms()).receipt.file)) == set(found["required"])


def test_the_receipt_is_for_the_person_and_for_who_may_sign() -> None:
    owner, member = make_user(), make_user()
    organization = make_organization(owner, members=(member,))
    version = make_terms()
    signature, own = sign(owner, version, organization), accept(member, version, organization)
    for who, acceptance, status in (
        (owner, signature, 200),
        (member, signature, 404),
        (member, own, 200),
        (owner, own, 404),
        (make_user(), own, 404),
    ):
        client = Client()
        client.force_login(who)
        for name in ("acceptance_detail", "acceptance_receipt"):
            url = reverse(name, args=[acceptance.public_id])
            assert client.get(url).status_code == status, (who, name)
