"""The register of what people are told: complete, and honest about what can be turned off."""

import ast
from collections.abc import Iterator
from pathlib import Path

import allauth
import pytest
from django.conf import settings

from accounts import notices
from accounts.notices import Group, Kind

ROOT = Path(settings.BASE_DIR)
ROOMS = ("accounts", "boards", "releases", "licensing", "delivery", "monitoring", "portal")


def _modules() -> list[Path]:
    return [
        path
        for room in ROOMS
        for path in sorted((ROOT / room).rglob("*.py"))
        if "migrations" not in path.parts
    ]


def _kinds_sent(tree: ast.Module) -> Iterator[str]:
    """Yield the kinds that a module's calls name, with the prefix that its helper puts before."""
    at = {
        node.name: [argument.arg for argument in node.args.args].index("kind")
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        and "kind" in [argument.arg for argument in node.args.args]
    }
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    prefix = next(
        (
            str(word.value.values[0].value)
            for call in calls
            for word in call.keywords
            if word.arg == "kind"
            and isinstance(word.value, ast.JoinedStr)
            and isinstance(word.value.values[0], ast.Constant)
        ),
        "",
    )
    for call in calls:
        name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        name = call.func.id if isinstance(call.func, ast.Name) else name
        if name in at and len(call.args) > at[name]:
            given = call.args[at[name]]
            if isinstance(given, ast.Constant):
                kind = str(given.value)
                yield kind if "." in kind else f"{prefix}{kind}"
        elif name in ("notify", "mail_secret", "tell_staff", "Notification"):
            yield from (
                str(word.value.value)
                for word in call.keywords
                if word.arg == "kind" and isinstance(word.value, ast.Constant)
            )


def test_every_kind_that_is_sent_is_declared_and_every_declared_one_is_sent() -> None:
    sent = {
        kind
        for path in _modules()
        if "kind" in (source := path.read_text())
        and any(word in source for word in ("notify", "mail_secret", "tell_staff", "Notification("))
        for kind in _kinds_sent(ast.parse(source))
    }
    # What allauth mails is named after its templates.
    subjects = Path(allauth.__file__).parent.rglob("email/*_subject.txt")
    sent |= {"account." + path.name.removesuffix("_subject.txt") for path in subjects}
    sent.add("account.second_factors_reset")
    assert len(sent) > 100
    assert sent == {kind.name for kind in notices.all_kinds()}


def test_security_decisions_terms_links_and_alarms_cannot_be_turned_off() -> None:
    mandatory = {"security", "decisions", "terms", "links", "alarms"}
    assert {group.value for group in notices.WHY_MANDATORY} == mandatory
    assert not mandatory & {group.value for group in notices.OPTIONAL_GROUPS}
    for kind in notices.all_kinds():
        assert kind.optional == (kind.group in notices.OPTIONAL_GROUPS)
        assert str(kind.sentence).endswith(".")
        assert str(kind.who)


def test_a_name_cannot_be_declared_twice_and_an_unknown_kind_is_always_mailed() -> None:
    known = notices.all_kinds()[0]
    notices.register([known])
    with pytest.raises(ValueError, match="declared twice"):
        notices.register([Kind(known.name, Group.BOARDS, "Other.", "Nobody")])
    assert notices.group_of("nobody.declared_this") not in notices.OPTIONAL_GROUPS
