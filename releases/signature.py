"""What is signed of a release: an OpenSSF model signature, v1.0, over the stored digests.

The same in-toto statement that the public `model_signing` tool writes when it hashes a directory
(https://github.com/sigstore/model-transparency, `model_signing/_signing/signing.py`), and the
Sigstore bundle v0.3 around it, so that the tool verifies a downloaded directory against it. The
tool passes over git's own files, by default on both sides, so they are no part of it.
"""

import hashlib
import json
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any

from releases.manifest import Entry

PAYLOAD_TYPE = "application/vnd.in-toto+json"
_STATEMENT = "https://in-toto.io/Statement/v1"
_PREDICATE = "https://model_signing/signature/v1.0"
_BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"
_GIT = (".git", ".gitattributes", ".github", ".gitignore")


def statement(name: str, entries: Iterable[Entry]) -> bytes:
    """Return the statement over a release's files as the bytes that are signed.

    Its subject's digest is the SHA-256 over the files' digests, in the order of their paths.
    """
    signed = sorted(
        (entry for entry in entries if entry.path.partition("/")[0] not in _GIT),
        key=lambda entry: PurePosixPath(entry.path),
    )
    root = hashlib.sha256(b"".join(bytes.fromhex(entry.sha256) for entry in signed))
    return json.dumps(
        {
            "_type": _STATEMENT,
            "subject": [{"name": name, "digest": {"sha256": root.hexdigest()}}],
            "predicateType": _PREDICATE,
            "predicate": {
                "serialization": {
                    "method": "files",
                    "hash_type": "sha256",
                    "allow_symlinks": False,
                    "ignore_paths": list(_GIT),
                },
                "resources": [
                    {"name": entry.path, "algorithm": "sha256", "digest": entry.sha256}
                    for entry in signed
                ],
            },
        },
        ensure_ascii=False,
        indent=1,
    ).encode()


def bundle(public_pem: str, envelope: dict[str, Any]) -> str:
    """Return the bundle of an envelope, which names its key by the SHA-256 of the key's PEM."""
    hint = hashlib.sha256(public_pem.encode()).hexdigest()
    return json.dumps(
        {
            "mediaType": _BUNDLE,
            "verificationMaterial": {"publicKey": {"hint": hint}, "tlogEntries": []},
            "dsseEnvelope": envelope,
        },
        separators=(",", ":"),
    )
