"""The facts that a verdict looked at, in words, for staff. Pure.

What screening decided is not among them: whoever may know it sees it there.
"""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from licensing.facts import Facts, GrantFact, TermsFact


def fact_lines(facts: Facts) -> list[tuple[str, str]]:
    """Return each fact by name, with the person's first, then the release's and the grant's."""
    lines = [
        (_("Judged at"), _moment(facts.now)),
        (_("Account"), _("active") if facts.active else _("closed")),
        (_("E-mail address"), _("confirmed") if facts.email_verified else _("not confirmed")),
        (_("Tier of the person"), _tier(facts.person_tier, reopened=facts.person_reopened)),
        (_("Ban of the person"), facts.ban.reason if facts.ban else _("none")),
        (_("State of the release"), facts.release_state),
        (_("Stage"), f"{facts.stage_name} ({facts.access_mode})"),
        (_("Tier asked for"), str(facts.required_tier)),
        (_("Holds"), ", ".join(sorted(facts.holds)) or _("none")),
    ]
    lines += [(_("Terms: %(title)s") % {"title": each.title}, _terms(each)) for each in facts.terms]
    return lines + (_grant(facts.grant) if facts.grant else [])


def _grant(grant: GrantFact) -> list[tuple[str, str]]:
    lines = [
        (_("State of the grant"), grant.state),
        (_("Access granted"), ", ".join(sorted(grant.modes))),
        (_("Of it by review"), ", ".join(sorted(grant.reviewed)) or _("none")),
        (_("End date"), _moment(grant.ends_at)),
        (_("Named on it"), _yes(grant.named)),
        (_("Place in the cohort"), grant.place),
        (_("Suspensions of several grants"), str(len(grant.suspensions))),
        (_("Overdue duties that stop access"), str(len(grant.duties))),
        (_("Countries stated"), ", ".join(_places(grant)) or _("none")),
        (_("Export licences for"), ", ".join(sorted(grant.licensed)) or _("none")),
        (_("Download quota"), str(grant.volume) if grant.volume else _("none")),
    ]
    if grant.for_organization:
        lines += [
            (_("Belongs to the organisation"), _yes(grant.member)),
            (
                _("Tier of the organisation"),
                _tier(grant.organization_tier, reopened=grant.organization_reopened),
            ),
            (_("Ban of the organisation"), grant.ban.reason if grant.ban else _("none")),
        ]
    return lines


def _terms(terms: TermsFact) -> str:
    if terms.number is None:
        return _("no version was ever published")
    parts = [_("in force: version %(number)d") % {"number": terms.number}]
    if terms.accepted_number is not None:
        parts.append(_("accepted: version %(number)d") % {"number": terms.accepted_number})
    elif not terms.accepted:
        parts.append(_("not accepted"))
    if terms.renew_by is not None:
        parts.append(_("counts until %(when)s") % {"when": _moment(terms.renew_by)})
    if terms.signature is not None:
        signed = terms.signature.signed
        parts.append(_("signed for the organisation") if signed else _("not signed"))
    return "; ".join(parts)


def _tier(tier: int, *, reopened: bool) -> str:
    return _("%(tier)d, to be renewed") % {"tier": tier} if reopened else str(tier)


def _places(grant: GrantFact) -> list[str]:
    return [f"{place.name} ({place.source.label})" for place in grant.places if place.country]


def _yes(answer: bool) -> str:
    return _("yes") if answer else _("no")


def _moment(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "j M Y, H:i e")
