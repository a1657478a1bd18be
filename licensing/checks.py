"""How a rule of the verdict says its result: one check, in the list that every rule returns."""

from licensing.facts import Check, Outcome


def ok(rule: str, sentence: str) -> list[Check]:
    """Return a rule that is met."""
    return [Check(rule, Outcome.OK, sentence)]


def no(rule: str, sentence: str, remedy: str = "", url: str = "") -> list[Check]:
    """Return a rule that says no, with what to do about it and where."""
    return [Check(rule, Outcome.DENIED, sentence, remedy, url)]


def wait(rule: str, sentence: str, remedy: str = "", url: str = "") -> list[Check]:
    """Return a rule that says not yet: there is nothing to do but wait."""
    return [Check(rule, Outcome.WAITING, sentence, remedy, url)]


def na(rule: str, sentence: str) -> list[Check]:
    """Return a rule that has nothing to judge here."""
    return [Check(rule, Outcome.NOT_APPLICABLE, sentence)]
