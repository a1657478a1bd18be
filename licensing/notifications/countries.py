"""What people are told of country tables and export licences."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import notify
from boards.models import Board, Motion
from boards.rule_changes import Change
from licensing.countries import Switch
from licensing.grant_rules import not_served
from licensing.models import CountryTelling, CountryVersion, ExportLicence, Mode
from licensing.notifications.places import grant_url
from licensing.selectors.country_tellings import Concerned
from releases.choices import AccessMode

# More lines than this are read on the page.
MOST_LINES = 20


def countries_url(board: Board) -> str:
    """Return the page of a board's country table."""
    return reverse("country_table", args=[board.slug])


def countries_changed(
    version: CountryVersion, changes: Iterable[Change], people: Iterable[User]
) -> None:
    """Tell the board and the staff of its models that another table counts, and what it changes."""
    lines = [change.line for change in changes]
    more = [_("And more, on the page.")] if len(lines) > MOST_LINES else []
    for person in people:
        notify(
            recipient=person,
            kind="licensing.countries_changed",
            subject=_("Another country table for the models of %(board)s")
            % {"board": version.board.name},
            body="\n\n".join([version.reason, *lines[:MOST_LINES], *more]),
            url=countries_url(version.board),
        )


def countries_unchanged(motion: Motion, why: str) -> None:
    """Tell whoever proposed another table that it did not come in force after all."""
    notify(
        recipient=motion.proposer,
        kind="licensing.countries_unchanged",
        subject=_("The country table of %(board)s stays as it is") % {"board": motion.board.name},
        body=why,
        url=countries_url(motion.board),
    )


def licence_recorded(licence: ExportLicence, people: Iterable[User]) -> None:
    """Tell the other leads of the model that a licence was put on record."""
    for person in people:
        notify(
            recipient=person,
            kind="licensing.licence_recorded",
            subject=_("An export licence for %(model)s was put on record")
            % {"model": licence.model},
            body=_("For %(organization)s: %(licence)s.")
            % {"organization": licence.organization, "licence": licence},
            url=reverse("licence_detail", args=[licence.public_id]),
        )


def country_stopped(telling: CountryTelling, concerned: Concerned) -> None:
    """Tell somebody what a country stops of their grant, from when, why, and what they can do."""
    stops = [each for each in concerned.switches if each.stops]
    if not stops:
        return
    # In the words of the verdict, which says no more than the person may know.
    findings = (each for one in stops for each in one.findings)
    checks = not_served(findings, settings.SCREENING_CONTACT)
    model, over = concerned.grant.model, min(each.start for each in stops) <= timezone.now()
    whole = concerned.whole
    if over:
        subject = _("Your access to %(model)s has stopped: a country")
        part = _("A part of your access to %(model)s has stopped: a country")
    else:
        subject = _("Your access to %(model)s will stop: a country")
        part = _("A part of your access to %(model)s will stop: a country")
    paragraphs = [
        _cause(telling),
        _("It stops:"),
        _lines(stops, concerned),
        *dict.fromkeys(check.sentence for check in checks),
        *dict.fromkeys(check.remedy for check in checks),
        _("Your grant is not revoked.")
        if whole
        else _("Your grant is not revoked. Whatever else it allows goes on."),
    ]
    notify(
        recipient=concerned.user,
        kind="licensing.country_stopped",
        about=model,
        subject=(subject if whole else part) % {"model": model},
        body="\n\n".join(paragraphs),
        url=grant_url(concerned.grant),
    )


def country_served(telling: CountryTelling, concerned: Concerned) -> None:
    """Tell somebody what no country stops of their grant any more, and from when."""
    serves = [each for each in concerned.switches if not each.stops]
    if not serves:
        return
    model = concerned.grant.model
    paragraphs = [
        _cause(telling),
        _("No country stops any more:"),
        _lines(serves, concerned),
        _("The grant's page says whether anything else is left to do."),
    ]
    notify(
        recipient=concerned.user,
        kind="licensing.country_served",
        about=model,
        subject=_("No country stops your access to %(model)s any more") % {"model": model}
        if len(serves) == len(concerned.uses)
        else _("A part of your access to %(model)s is stopped by no country any more")
        % {"model": model},
        body="\n\n".join(paragraphs),
        url=grant_url(concerned.grant),
    )


def _cause(telling: CountryTelling) -> str:
    cause = CountryTelling.Cause
    if telling.version is not None:
        return _("From %(when)s another country table counts for the models of %(board)s.") % {
            "board": telling.version.board.name,
            "when": _when(telling.starts_at),
        }
    when = {"when": _when(telling.starts_at)}
    return {
        cause.LICENCE_RECORDED: _("An export licence was put on record on %(when)s."),
        cause.LICENCE_ENDING: _("The export licence on record ends on %(when)s."),
        cause.LICENCE_WITHDRAWN: _("The export licence on record counts no more since %(when)s."),
    }[cause(telling.cause)] % when


def _lines(switches: Iterable[Switch], concerned: Concerned) -> str:
    return "\n".join(
        _("- %(uses)s, at stages of the kind “%(stage)s”, from %(when)s")
        % {
            "uses": " + ".join(str(Mode(use).label) for use in concerned.uses[each.access_mode]),
            "stage": AccessMode(each.access_mode).label,
            "when": _when(each.start),
        }
        for each in switches
    )


def _when(moment: datetime) -> str:
    return formats.date_format(timezone.localtime(moment), "j M Y, H:i e")
