"""The diagrams of the docs are those of the code."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from portal.diagrams import BEGIN, END, drawn, renewed
from portal.management.commands import state_diagrams


def test_the_docs_show_what_the_code_says() -> None:
    text = state_diagrams.DOCUMENT.read_text()
    assert renewed(text) == text, "Run manage.py state_diagrams."


def test_the_command_draws_between_the_markers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = tmp_path / "boards.md"
    monkeypatch.setattr(state_diagrams, "DOCUMENT", document)
    document.write_text(f"Before.\n\n{BEGIN}\nold\n{END}\n\nAfter.\n")
    call_command("state_diagrams", stdout=StringIO())
    assert document.read_text() == f"Before.\n\n{BEGIN}\n\n{drawn()}\n\n{END}\n\nAfter.\n"
    assert "in_review --> voting: voting opens" in document.read_text()


def test_a_document_without_a_place_for_them_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = tmp_path / "boards.md"
    monkeypatch.setattr(state_diagrams, "DOCUMENT", document)
    for text in ("", BEGIN, END):
        document.write_text(text)
        with pytest.raises(CommandError, match="no place for diagrams"):
            call_command("state_diagrams", stdout=StringIO())
        assert document.read_text() == text
