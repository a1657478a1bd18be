"""Verify the file of a signed record: a board's decision or a receipt. Needs no database."""

from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from boards import record_check
from boards.record import PREDICATE_PATH as DECISION
from boards.tally import Tally
from common import dsse
from common.intoto import MOST_BYTES, Opened, RecordProblem, open_file
from licensing import duty_receipt, receipt
from licensing.duty_receipt import PREDICATE_PATH as DUTY
from licensing.receipt import PREDICATE_PATH as ACCEPTANCE


class Command(BaseCommand):
    help = (
        "Verify a signed record: a board's decision (its signature, its dossier, its votes and "
        "their count), the receipt for an acceptance of terms, or that for a statement on a duty. "
        "Exits 2 with one sentence for whatever is wrong. Needs no database."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the record as it was downloaded")
        parser.add_argument(
            "--key",
            type=Path,
            help="the public key in PEM, from /keys/; without it, this instance's own key",
        )
        parser.add_argument("--name", help="of a receipt: the legal name that was typed")
        parser.add_argument("--nonce", help="of a receipt: what opens the commitment to the name")

    def handle(self, *args: Any, **options: Any) -> None:
        key = _read(options["key"]).decode(errors="replace") if options["key"] else _own_key()
        try:
            with translation.override("en"):
                opened = open_file(_read(options["file"]), key)
                told = list(_verified(opened, options["name"], options["nonce"]))
        except RecordProblem as problem:
            raise CommandError(str(problem), returncode=2) from None
        for line in told:
            self.stdout.write(_printable(line))


def _verified(opened: Opened, name: str | None, nonce: str | None) -> Iterable[str]:
    if opened.is_of(ACCEPTANCE):
        checked = receipt.check_opened(opened)
        yield from receipt.lines(checked)
        if name is not None or nonce is not None:
            receipt.check_name(checked.receipt, name or "", nonce or "")
            yield f"Typed name: {name}"
    elif opened.is_of(DUTY):
        stated = duty_receipt.check_opened(opened)
        yield from duty_receipt.lines(stated)
        if name is not None or nonce is not None:
            receipt.check_name(stated.receipt, name or "", nonce or "")
            yield f"Typed name: {name}"
    elif opened.is_of(DECISION):
        yield from _decision(record_check.check_opened(opened))
    else:
        raise RecordProblem(
            "The statement is of another type than a board's decision, an acceptance of terms, "
            "or a statement on a duty, each of version 1."
        )


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            # One byte more than a record may have, so that a longer file is seen to be longer.
            return file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise CommandError(f"{path} cannot be read: {why}.", returncode=2) from None


def _own_key() -> str:
    if not settings.SIGNING_KEY:
        raise CommandError(
            "Say with --key which public key to verify by; this instance has no key of its own.",
            returncode=2,
        )
    return dsse.public_pem(dsse.load_private_key(settings.SIGNING_KEY))


def _decision(checked: record_check.Checked) -> list[str]:
    record, counted = checked.record, checked.counted
    outcome, times = record["outcome"], record["times"]
    return [
        "The record is valid.",
        f"Signed by: {checked.key}",
        f"Issued by: {checked.issuer}",
        f"SHA-256 of the file: {checked.file_digest}",
        f"Motion: {record['motion']['title']} ({record['motion']['kind']})",
        f"About: {record['subject']['label']}",
        f"Board: {record['board']['name']}",
        f"Outcome: {outcome['state']}, closed {times.get('closed')}",
        *(
            f"Overridden: {each['outcome']} instead of {each['board_result']}, by the "
            f"{each['role']} seat: {each['reason']}"
            for each in record["overrides"]
        ),
        f"Version of the record: {record['version']}",
        f"Tally, counted again: {_tally(counted)}",
        *(f"- {reason}" for reason in counted.reasons),
        *(
            f"{vote['role']} seat {vote['seat']}: {vote['choice']}"
            + (" (dissent)" if vote["dissent"] else "")
            for vote in record["votes"]
        ),
    ]


def _tally(counted: Tally) -> str:
    return (
        f"{counted.outcome}; {counted.approve} approve, {counted.reject} reject, "
        f"{counted.abstain} abstain, {counted.recused} recused; {counted.present} of "
        f"{counted.base} took part, {counted.quorum_needed} needed; "
        f"{counted.approvals_needed} approvals needed"
    )


def _printable(line: str) -> str:
    """Nothing in the text of a record may steer the terminal."""
    return "".join(char if char.isprintable() else "?" for char in line)
