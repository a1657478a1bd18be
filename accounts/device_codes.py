"""Codes that a person reads on one screen and types on another. No database here.

Eight letters of the twenty that RFC 8628 (section 6.1) recommends: no vowels, so that no words
come about, and nothing that looks like something else. 34.5 bits, for a quarter of an hour.
"""

import secrets

ALPHABET = "BCDFGHJKLMNPQRSTVWXZ"
LENGTH = 8
HOW_MANY = len(ALPHABET) ** LENGTH


def new_user_code() -> str:
    """Return a fresh code, without the hyphen that it is shown with."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def read_user_code(typed: str) -> str:
    """Return a typed code as it is stored; whatever is no letter of ours is left out.

    Anything that is not a code after that comes out empty.
    """
    letters = [letter for letter in typed.upper() if letter in ALPHABET]
    return "".join(letters) if len(letters) == LENGTH else ""
