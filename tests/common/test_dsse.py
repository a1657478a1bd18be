"""DSSE envelopes: the protocol's own example, and what does not verify."""

import base64
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from common import dsse
from common.dsse import KeyProblem

PRIVATE = dsse.derived_private_key("one")
KEY = dsse.load_private_key(PRIVATE)
PUBLIC = dsse.public_pem(KEY)


def pem(key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey, password: bytes = b"") -> str:
    encryption = (
        serialization.BestAvailableEncryption(password)
        if password
        else serialization.NoEncryption()
    )
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption
    ).decode()


def test_what_is_signed_is_what_the_protocol_says() -> None:
    """The example of the protocol's text, 1.0.0."""
    encoded = dsse.pre_authentication_encoding("http://example.com/HelloWorld", b"hello world")
    assert encoded == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"


def test_a_signed_payload_verifies_and_a_changed_one_does_not() -> None:
    signed = dsse.envelope(KEY, "text/plain", b"payload")
    assert dsse.verify(PUBLIC, signed) == b"payload"
    changes: list[dict[str, Any]] = [
        {"payload": base64.b64encode(b"payloads").decode()},
        {"payloadType": "text/html"},
        {"signatures": []},
    ]
    for change in changes:
        with pytest.raises(ValueError, match="No signature"):
            dsse.verify(PUBLIC, {**signed, **change})
    other = dsse.public_pem(dsse.load_private_key(dsse.derived_private_key("two")))
    with pytest.raises(ValueError, match="No signature"):
        dsse.verify(other, signed)


def test_a_derived_key_is_the_same_each_time() -> None:
    assert dsse.derived_private_key("one") == PRIVATE
    assert len(dsse.fingerprint(PUBLIC)) == 64


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "not an unencrypted private key"),
        (PUBLIC, "not an unencrypted private key"),
        ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "not an unencrypted"),
        (pem(ec.generate_private_key(ec.SECP256R1()), b"secret"), "not an unencrypted"),
        (pem(ec.generate_private_key(ec.SECP384R1())), "P-256"),
        (pem(ed25519.Ed25519PrivateKey.generate()), "P-256"),
    ],
    ids=["nothing", "public", "damaged", "encrypted", "other curve", "other kind"],
)
def test_another_key_is_refused_with_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(KeyProblem, match=sentence):
        dsse.load_private_key(text)
