"""Signed statements: ECDSA on P-256, in a DSSE envelope (secure-systems-lab/dsse, protocol 1.0.0).

The signature is over the payload's exact bytes together with their type, so that a verifier need
not agree with us on how JSON is written.
"""

import base64
import hashlib
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

# The order of the group of P-256 (SEC 2, 2.4.2): private keys are from 1 to one less.
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class KeyProblem(ValueError):
    """The key cannot be used; the text is a sentence without the key."""


def load_private_key(pem: str) -> ec.EllipticCurvePrivateKey:
    """Read a P-256 private key in PEM, unencrypted. Raises KeyProblem."""
    try:
        key = serialization.load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError):
        raise KeyProblem("It is not an unencrypted private key in PEM.") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
        raise KeyProblem("It is not a key on the curve P-256 (prime256v1).")
    return key


def read_signing_key(text: str, file: str, *, demo_key: str) -> str:
    """Return the private key in PEM that `text` holds or `file` names; the demo's follows from its
    own key; nothing where there is none. Raises ValueError with a sentence for a setting.
    """
    if file and not text:
        try:
            text = Path(file).read_text()
        except (OSError, ValueError) as error:
            raise ValueError(f"SIGNING_KEY_FILE cannot be read: {error}.") from None
    if not text:
        return derived_private_key(f"SIGNING_KEY:{demo_key}") if demo_key else ""
    try:
        load_private_key(text)
    except KeyProblem as problem:
        raise ValueError(f"SIGNING_KEY cannot be used. {problem}") from None
    return text


def derived_private_key(secret: str) -> str:
    """Return the P-256 private key in PEM that follows from a secret; for the demo."""
    number = int.from_bytes(hashlib.sha512(secret.encode()).digest()) % (_ORDER - 1) + 1
    key = ec.derive_private_key(number, ec.SECP256R1())
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def public_pem(key: ec.EllipticCurvePrivateKey) -> str:
    """Return the public half in PEM (SubjectPublicKeyInfo)."""
    return (
        key.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


def fingerprint(pem: str) -> str:
    """Return the SHA-256 of a public key's DER, as `openssl pkey -pubin -outform DER` gives it."""
    key = serialization.load_pem_public_key(pem.encode())
    der = key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return hashlib.sha256(der).hexdigest()


def pre_authentication_encoding(payload_type: str, payload: bytes) -> bytes:
    """Return what is signed: PAE(type, body) of the protocol."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def envelope(key: ec.EllipticCurvePrivateKey, payload_type: str, payload: bytes) -> dict[str, Any]:
    """Return the signed payload as the JSON envelope of the protocol."""
    signed = pre_authentication_encoding(payload_type, payload)
    signature = key.sign(signed, ec.ECDSA(hashes.SHA256()))
    return {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": payload_type,
        "signatures": [{"sig": base64.b64encode(signature).decode(), "keyid": ""}],
    }


def verify(public: str, signed: dict[str, Any]) -> bytes:
    """Return the payload of an envelope that the public key (PEM) verifies. Raises ValueError."""
    key = serialization.load_pem_public_key(public.encode())
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise ValueError("The key is not one of an elliptic curve.")
    payload = base64.b64decode(signed["payload"])
    over = pre_authentication_encoding(signed["payloadType"], payload)
    for each in signed["signatures"]:
        try:
            key.verify(base64.b64decode(each["sig"]), over, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            continue
        return payload
    raise ValueError("No signature of the envelope is by this key.")
