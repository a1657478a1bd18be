"""Reading the mail that the demo wrote to files instead of sending it."""

import base64
import email.policy
import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parsedate_to_datetime
from html import unescape
from pathlib import Path

# Django's file backend writes this line after each message.
_SEPARATOR = b"-" * 79
_NEWEST = 200


@dataclass(frozen=True)
class Mail:
    """One message, ready to show."""

    key: str
    subject: str
    sender: str
    to: str
    at: datetime
    message_id: str
    body: str
    html: str


def read_all(directory: Path, address: str = "") -> list[Mail]:
    """Return the newest messages, newest first, of one recipient or of all."""
    if not directory.is_dir():
        return []
    files = sorted(directory.glob("*.log"), key=lambda path: path.stat().st_mtime, reverse=True)
    found = [mail for path in files[:_NEWEST] for mail in _read(path)]
    wanted = address.strip().casefold()
    chosen = [mail for mail in found if wanted in mail.to.casefold()]
    return sorted(chosen, key=lambda mail: mail.at, reverse=True)


def _read(path: Path) -> list[Mail]:
    parts = path.read_bytes().split(_SEPARATOR)
    messages = [part.strip() for part in parts if part.strip()]
    return [_mail(f"{path.stem}-{number}", raw) for number, raw in enumerate(messages)]


def _mail(key: str, raw: bytes) -> Mail:
    message = BytesParser(EmailMessage, policy=email.policy.default).parsebytes(raw)
    body = message.get_body(preferencelist=("plain", "html"))
    html = message.get_body(preferencelist=("html",))
    date = message["Date"]
    return Mail(
        key=key,
        subject=str(message["Subject"] or ""),
        sender=str(message["From"] or ""),
        to=str(message["To"] or ""),
        at=parsedate_to_datetime(str(date)) if date else datetime.fromtimestamp(0, UTC),
        message_id=str(message["Message-ID"] or ""),
        body=body.get_content() if body else "",
        html=html.get_content() if html else "",
    )


# Between quotation marks, which stand in no text: there they are written as entities.
_STYLE = re.compile(r' style="([^"]*)"')


def with_stylesheet(html: str) -> tuple[str, str]:
    """Return a mail's HTML with its inline styles in a style sheet, and that sheet's CSP source.

    So it looks as a mail program shows it under a policy that allows no inline styles.
    """
    rules: dict[str, str] = {}

    def name(found: re.Match[str]) -> str:
        return f' class="{rules.setdefault(found[1], f"s{len(rules)}")}"'

    page = _STYLE.sub(name, html)
    # An entity of an attribute stands for itself in a sheet, and "<" must not end the element.
    lines = (f".{each}{{{unescape(rule)}}}" for rule, each in rules.items())
    sheet = "\n".join(lines).replace("<", "")
    digest = base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode()
    head = f'<base target="_blank"><style>{sheet}</style></head>'
    return page.replace("</head>", head, 1), f"'sha256-{digest}'"
