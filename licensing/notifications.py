"""What this room tells people. One function a message; nothing secret in any of them."""

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from accounts.models import Organization, User
from accounts.services import notify
from boards.selectors import members_of
from licensing import summary
from licensing.deadlines import APPEAL_PERIOD
from licensing.models import (
    Acceptance,
    Appeal,
    Application,
    Ban,
    Capacity,
    Grant,
    LeftOut,
    Objection,
    Suspension,
    TermsVersion,
)
from licensing.selectors import granted, named_users, person_name
from licensing.versions import Phase
from releases.models import Release


def _application_url(application: Application) -> str:
    return reverse("application_detail", args=[application.public_id])


def _grant_url(grant: Grant) -> str:
    return reverse("grant_detail", args=[grant.public_id])


def application_submitted(application: Application, reviewers: list[User]) -> None:
    """Tell the reviewers of the model that something waits for them."""
    for reviewer in reviewers:
        notify(
            recipient=reviewer,
            kind="licensing.application_submitted",
            subject=_("An application for %(model)s waits for review")
            % {"model": application.model},
            body=_("Take it from the queue when you have time for it."),
            url=reverse("review_detail", args=[application.public_id]),
        )


def application_received(application: Application) -> None:
    """Tell the applicant that the application arrived, and what comes next."""
    notify(
        recipient=application.applicant,
        kind="licensing.application_received",
        subject=_("We have your application for %(model)s") % {"model": application.model},
        body=_("A reviewer will read it. You need do nothing until you hear from us."),
        url=_application_url(application),
    )


def application_returned(application: Application) -> None:
    """Tell the applicant what the reviewer asks, and until when they can answer."""
    notify(
        recipient=application.applicant,
        kind="licensing.application_returned",
        subject=_("Your application for %(model)s came back with questions")
        % {"model": application.model},
        body=_("Answer these and send it again by %(day)s, after which it lapses:\n\n%(message)s")
        % {"message": application.message, "day": _day(application.answer_by)},
        url=_application_url(application),
    )


def _day(moment: datetime | None) -> str:
    return formats.date_format(timezone.localtime(moment), "j M Y") if moment else ""


def answer_due(application: Application) -> None:
    """Remind the applicant of the questions before the application lapses."""
    notify(
        recipient=application.applicant,
        kind="licensing.answer_due",
        subject=_("Your application for %(model)s lapses on %(day)s")
        % {"model": application.model, "day": _day(application.answer_by)},
        body=_("It came back with questions that you have not answered:\n\n%(message)s")
        % {"message": application.message},
        url=_application_url(application),
    )


def application_lapsed(application: Application) -> None:
    """Tell the applicant that the time for an answer has passed."""
    notify(
        recipient=application.applicant,
        kind="licensing.application_lapsed",
        subject=_("Your application for %(model)s has lapsed") % {"model": application.model},
        body=_("The questions were not answered in time. You can apply again."),
        url=_application_url(application),
    )


def application_assigned(
    application: Application, actor: User, former: User | None, reason: str
) -> None:
    """Tell the reviewer who got it, and the one who had it."""
    url = reverse("review_detail", args=[application.public_id])
    if application.reviewer is not None and application.reviewer != actor:
        notify(
            recipient=application.reviewer,
            kind="licensing.application_assigned",
            subject=_("An application for %(model)s was given to you")
            % {"model": application.model},
            body=_("%(name)s asks you to review it.") % {"name": person_name(actor)},
            url=url,
        )
    if former is not None and former != actor:
        notify(
            recipient=former,
            kind="licensing.application_taken_over",
            subject=_("An application for %(model)s was taken over") % {"model": application.model},
            body=_("%(name)s gave it to another reviewer: %(reason)s")
            % {"name": person_name(actor), "reason": reason},
            url=url,
        )


def second_wanted(application: Application, people: list[User]) -> None:
    """Tell those who may confirm a proposed approval."""
    for person in people:
        notify(
            recipient=person,
            kind="licensing.second_wanted",
            subject=_("An approval for %(model)s waits for a second reviewer")
            % {"model": application.model},
            body=_("Read the application and what was proposed; confirm it or send it back."),
            url=reverse("review_detail", args=[application.public_id]),
        )


def approval_sent_back(application: Application, reason: str) -> None:
    """Tell the first reviewer what the second one says."""
    if application.reviewer is None:
        return
    notify(
        recipient=application.reviewer,
        kind="licensing.approval_sent_back",
        subject=_("Your approval for %(model)s was sent back") % {"model": application.model},
        body=_("The second reviewer did not confirm it:\n\n%(reason)s") % {"reason": reason},
        url=reverse("review_detail", args=[application.public_id]),
    )


def application_appealed(application: Application, people: list[User]) -> None:
    """Tell the applicant that the appeal arrived, and those who may decide it."""
    notify(
        recipient=application.applicant,
        kind="licensing.appeal_received",
        subject=_("We have your appeal for %(model)s") % {"model": application.model},
        body=_("A reviewer who did not decide before reads it. Their decision is the last word."),
        url=_application_url(application),
    )
    for person in people:
        notify(
            recipient=person,
            kind="licensing.application_appealed",
            subject=_("An appeal for %(model)s waits for a reviewer")
            % {"model": application.model},
            body=_("You did not decide on this application before, so it can be yours."),
            url=reverse("review_detail", args=[application.public_id]),
        )


def appeal_decided(application: Application, appeal: Appeal) -> None:
    """Tell the applicant and whoever had declined what came of the appeal, and why."""
    stands = appeal.outcome == Appeal.Outcome.UPHELD
    notify(
        recipient=application.applicant,
        kind="licensing.appeal_decided",
        subject=_("Your appeal for %(model)s: the decline stands") % {"model": application.model}
        if stands
        else _("Your appeal for %(model)s: the decline was overturned")
        % {"model": application.model},
        body=_("The reason given:\n\n%(reason)s") % {"reason": appeal.reason}
        if stands
        else _(
            "The reason given:\n\n%(reason)s\n\nYour application is in review again. You hear when "
            "it is approved, or if there are questions."
        )
        % {"reason": appeal.reason},
        url=_application_url(application),
    )
    if appeal.declined_by is not None:
        notify(
            recipient=appeal.declined_by,
            kind="licensing.appeal_noted",
            subject=_("An appeal against your decline was decided: %(outcome)s")
            % {"outcome": appeal.get_outcome_display()},
            body=_("The reason given:\n\n%(reason)s") % {"reason": appeal.reason},
            url=reverse("review_detail", args=[application.public_id]),
        )


def application_approved(application: Application, grant: Grant) -> None:
    """Tell the applicant what they got."""
    notify(
        recipient=application.applicant,
        kind="licensing.application_approved",
        subject=_("Your application for %(model)s is approved") % {"model": application.model},
        body="\n".join(
            [
                _("What it allows:"),
                "",
                *(f"- {sentence}" for sentence in summary.sentences(granted(grant))),
                "",
                _("The page of the grant says what comes next."),
            ]
        ),
        url=_grant_url(grant),
    )


def application_declined(application: Application) -> None:
    """Tell the applicant why not."""
    notify(
        recipient=application.applicant,
        kind="licensing.application_declined",
        subject=_("Your application for %(model)s was declined") % {"model": application.model},
        body=_(
            "The reason given:\n\n%(reason)s\n\nYou may apply again when this has changed. If you "
            "find it wrong, you can appeal within %(days)d days, on the page of the application."
        )
        % {"reason": application.message, "days": APPEAL_PERIOD.days},
        url=_application_url(application),
    )


def application_withdrawn(application: Application) -> None:
    """Tell whoever was reviewing it that there is nothing left to do."""
    if application.reviewer is None:
        return
    notify(
        recipient=application.reviewer,
        kind="licensing.application_withdrawn",
        subject=_("An application for %(model)s was withdrawn") % {"model": application.model},
        body=_("You need do nothing more about it."),
        url=reverse("review_detail", args=[application.public_id]),
    )


def application_referred(application: Application) -> None:
    """Tell the applicant that a board decides, and by when."""
    motion = application.referral
    closes = motion.voting_closes_at if motion else None
    notify(
        recipient=application.applicant,
        kind="licensing.application_referred",
        subject=_("Your application for %(model)s was referred to the board")
        % {"model": application.model},
        body=_(
            "You need do nothing. The reviewer asked the board of the model, which votes by "
            "%(when)s; then the reviewer writes to you."
        )
        % {"when": formats.date_format(closes, "j M Y, H:i e") if closes else _("its deadline")},
        url=_application_url(application),
    )


def referral_answered(application: Application, sentence: str) -> None:
    """Tell the reviewer what the board said, or that it said nothing."""
    if application.reviewer is None:
        return
    notify(
        recipient=application.reviewer,
        kind="licensing.referral_answered",
        subject=_("An application for %(model)s is back from the board")
        % {"model": application.model},
        body=sentence,
        url=reverse("review_detail", args=[application.public_id]),
    )


def ban_url(ban: Ban) -> str:
    """Return the page of a ban, on which those concerned can object to it."""
    return reverse("ban_detail", args=[ban.public_id])


def ban_placed(ban: Ban, people: list[User]) -> None:
    """Tell those whom it keeps out, with the way to object, and the seats of the board."""
    name = ban.organization.name if ban.organization else ""
    for person in people:
        notify(
            recipient=person,
            kind="licensing.ban_placed",
            subject=_("%(name)s is banned") % {"name": name} if name else _("You are banned"),
            body=_(
                "%(what)s\n\nThe reason given:\n\n%(reason)s\n\nYou can object once, on the page "
                "below. What you write goes to the board %(board)s, which alone can lift the ban."
            )
            % {
                "what": _("What %(name)s holds gives nobody anything from now on.") % {"name": name}
                if name
                else _("You can use no model and get no new access from now on."),
                "reason": ban.reason,
                "board": ban.board,
            },
            url=ban_url(ban),
        )
    _tell_board(
        ban,
        "licensing.ban_noted",
        _("A ban was placed: %(holder)s") % {"holder": _banned_name(ban)},
        _("%(person)s placed it: %(reason)s\n\nIt stays in force until your board lifts it.")
        % {"person": person_name(ban.placed_by), "reason": ban.reason},
        leaving_out=people,
    )


def ban_objected(objection: Objection) -> None:
    """Tell the seats of the board and whoever placed the ban."""
    ban = objection.ban
    _tell_board(
        ban,
        "licensing.ban_objected",
        _("An objection to the ban of %(holder)s") % {"holder": _banned_name(ban)},
        _("Read it and decide whether to propose that the ban be lifted:\n\n%(text)s")
        % {"text": objection.text},
        leaving_out=[objection.author],
        also=[ban.placed_by],
    )


def ban_lifted(ban: Ban, people: list[User]) -> None:
    """Tell those who were kept out, and the seats of the board."""
    name = ban.organization.name if ban.organization else ""
    for person in people:
        notify(
            recipient=person,
            kind="licensing.ban_lifted",
            subject=_("The ban of %(name)s is lifted") % {"name": name}
            if name
            else _("Your ban is lifted"),
            body=_("Grants that are left work again, where stage, terms and cohort allow it."),
            url=reverse("grant_list"),
        )
    _tell_board(
        ban,
        "licensing.ban_lift_noted",
        _("The ban of %(holder)s is lifted") % {"holder": _banned_name(ban)},
        _("By the decision of your board."),
        leaving_out=people,
        also=[ban.placed_by],
    )


def _banned_name(ban: Ban) -> str:
    return ban.organization.name if ban.organization else person_name(ban.person)


def _tell_board(
    ban: Ban,
    kind: str,
    subject: str,
    body: str,
    *,
    leaving_out: list[User],
    also: Iterable[User] = (),
) -> None:
    people = {*also, *members_of(ban.board_id)} - set(leaving_out)
    for person in sorted(people, key=lambda each: each.pk):
        notify(recipient=person, kind=kind, subject=subject, body=body, url=ban_url(ban))


def suspension_url(suspension: Suspension) -> str:
    """Return the page of a suspension of a selection, which staff see."""
    return reverse("suspension_detail", args=[suspension.public_id])


def suspension_placed(suspension: Suspension, selection: str) -> None:
    """Tell the board that may lift it. Those affected are told one by one, by the workers."""
    _tell_seats(
        suspension,
        "licensing.suspension_noted",
        _("Several grants were suspended: %(selection)s") % {"selection": selection},
        _("%(person)s suspended them: %(reason)s\n\nThey stay so until your board lifts it.")
        % {"person": person_name(suspension.placed_by), "reason": suspension.reason},
    )


def suspension_review_due(suspension: Suspension, selection: str) -> None:
    """Ask the board and whoever placed it whether it is still needed."""
    _tell_seats(
        suspension,
        "licensing.suspension_review_due",
        _("A suspension is due for review: %(selection)s") % {"selection": selection},
        _("Look whether it is still needed. If not, propose to lift it; it ends by nothing else."),
        also=[suspension.placed_by],
    )


def suspension_lifted(suspension: Suspension, selection: str) -> None:
    """Tell the board and whoever placed it. The workers tell those who were affected."""
    _tell_seats(
        suspension,
        "licensing.suspension_lift_noted",
        _("The suspension of several grants is lifted: %(selection)s") % {"selection": selection},
        _("By the decision of your board."),
        also=[suspension.placed_by],
    )


def _tell_seats(
    suspension: Suspension, kind: str, subject: str, body: str, also: Iterable[User] = ()
) -> None:
    people = {*also, *members_of(suspension.board_id)}
    for person in sorted(people, key=lambda each: each.pk):
        notify(
            recipient=person, kind=kind, subject=subject, body=body, url=suspension_url(suspension)
        )


def grant_in_selection(grant: Grant, suspension: Suspension) -> None:
    """Tell the named users that their grant is one of several that are suspended, and why."""
    _tell_users(
        grant,
        "grant_in_selection",
        _("Your access to %(model)s is suspended") % {"model": grant.model},
        _(
            "It is one of several grants that are suspended for the same reason:\n\n%(reason)s"
            "\n\nYour grant is not revoked. Its page says who can end the suspension."
        )
        % {"reason": suspension.reason},
    )


def grant_left_out(left_out: LeftOut) -> None:
    """Tell the named users that their grant alone is let out of a suspension."""
    _tell_users(
        left_out.grant,
        "grant_left_out",
        _("The suspension of your access to %(model)s is lifted") % {"model": left_out.grant.model},
        _("For your grant alone. Its page says what you can use."),
    )


def grant_out_of_selection(grant: Grant) -> None:
    """Tell the named users that the suspension of several grants, theirs too, is over."""
    _tell_users(
        grant,
        "grant_out_of_selection",
        _("The suspension of your access to %(model)s is lifted") % {"model": grant.model},
        _("By the decision of a board. The grant's page says what you can use."),
    )


def terms_accepted(acceptance: Acceptance) -> None:
    """Send the person a copy of what they agreed to, whole, so that they can keep it."""
    version = acceptance.version
    capacity = _("yourself")
    if acceptance.organization:
        official = acceptance.capacity == Capacity.SIGNATORY
        capacity = _("on behalf of %(organization)s") if official else "%(organization)s"
        capacity %= {"organization": acceptance.organization}
    notify(
        recipient=acceptance.user,
        kind="licensing.terms_accepted",
        subject=_("Your copy of “%(title)s”, version %(number)s")
        % {"title": version.title or version.terms.title, "number": version.number},
        body=_(
            "You agreed to the text below. The page that this leads to has the signed receipt.\n\n"
            "Accepted: %(when)s\nFor: %(capacity)s\nSHA-256 of the text: %(sha256)s\n\n%(text)s"
        )
        % {
            "when": formats.date_format(acceptance.accepted_at, "j M Y, H:i e"),
            "capacity": capacity,
            "sha256": acceptance.text_sha256,
            "text": version.text,
        },
        url=reverse("acceptance_detail", args=[acceptance.public_id]),
    )


def terms_changed(
    user: User, version: TermsVersion, organization: Organization | None, phase: Phase
) -> None:
    """Tell somebody that a version waits for them, or for their organisation's signature."""
    words = {
        "title": version.title,
        "number": version.number,
        "when": formats.date_format(version.binds_at, "j M Y, H:i e") if version.binds_at else "",
        "organization": organization,
    }
    subject = {
        Phase.PUBLISHED: _("“%(title)s” has changed: accept version %(number)s"),
        Phase.WEEK: _("Accept “%(title)s”, version %(number)s, by %(when)s"),
        Phase.DAY: _("Last day to accept “%(title)s”, version %(number)s"),
        Phase.BOUND: _("Your access waits until you accept “%(title)s”, version %(number)s"),
    }[phase]
    if phase == Phase.BOUND:
        left = _(
            "What you accepted before no longer counts. Your access works again as soon as "
            "the version in force is accepted."
        )
    else:
        left = (
            _(
                "What was accepted before counts until %(when)s; after that, access stops until "
                "the version in force is accepted."
            )
            % words
        )
    whose = (
        _("You may sign for %(organization)s: your colleagues' access hangs on it.") % words
        if organization
        else _("The page shows what changed, and then the whole text.")
    )
    notify(
        recipient=user,
        kind="licensing.terms_changed",
        subject=subject % words,
        body=f"{left}\n\n{whose}",
        url=terms_path(version.terms.slug, organization),
    )


def terms_path(slug: str, organization: Organization | None) -> str:
    """Return the page on which a text is accepted, or signed for an organisation."""
    address = reverse("terms_accept", args=[slug])
    return f"{address}?organization={organization.pk}&as=official" if organization else address


def grant_active(grant: Grant) -> None:
    """Tell the named users that they can begin."""
    _tell_users(
        grant,
        "grant_active",
        _("Your access to %(model)s is active") % {"model": grant.model},
        _("You can use what the grant's page lists now."),
    )


def grant_queued(grant: Grant) -> None:
    """Tell the named users that they wait for a place."""
    _tell_users(
        grant,
        "grant_queued",
        _("Your access to %(model)s waits for a place") % {"model": grant.model},
        _("The cohort is full or new access is on hold. We write when a place is yours."),
    )


def grant_admitted(grant: Grant, release: Release) -> None:
    """Tell the named users that they have a place."""
    _tell_users(
        grant,
        "grant_admitted",
        _("You have a place for %(release)s") % {"release": release},
        _("The grant's page says whether anything is left to do before you begin."),
    )


def grant_suspended(grant: Grant) -> None:
    """Tell the named users that the grant is suspended, and why."""
    _tell_users(
        grant,
        "grant_suspended",
        _("Your access to %(model)s is suspended") % {"model": grant.model},
        _("The reason given:\n\n%(reason)s") % {"reason": grant.state_reason},
    )


def grant_suspension_lifted(grant: Grant) -> None:
    """Tell the named users that the suspension is over."""
    _tell_users(
        grant,
        "grant_suspension_lifted",
        _("The suspension of your access to %(model)s is lifted") % {"model": grant.model},
        _("The grant's page says what you can use."),
    )


def grant_volume_set(grant: Grant, reason: str) -> None:
    """Tell the named users how much they may download from now on, and why."""
    volume = grant.volume
    said = _("From now on: at most %(volume)s.") % {"volume": volume} if volume else _("No quota.")
    _tell_users(
        grant,
        "grant_volume_set",
        _("The download quota of your access to %(model)s changed") % {"model": grant.model},
        said + "\n\n" + _("The reason given:\n\n%(reason)s") % {"reason": reason},
    )


def grant_ended(grant: Grant) -> None:
    """Tell the named users that the grant has ended, and why."""
    reason = grant.state_reason
    _tell_users(
        grant,
        "grant_ended",
        _("Your access to %(model)s has ended") % {"model": grant.model},
        _("State: %(state)s.") % {"state": grant.get_state_display()}
        + (f"\n\n{reason}" if reason else ""),
    )


def grant_user_added(grant: Grant, user: User) -> None:
    """Tell somebody that they may use a grant."""
    notify(
        recipient=user,
        kind="licensing.grant_user_added",
        subject=_("You were named on a grant for %(model)s") % {"model": grant.model},
        body=_("Read the terms and accept them for yourself before you use it."),
        url=_grant_url(grant),
    )


def _tell_users(grant: Grant, kind: str, subject: str, body: str) -> None:
    for user in named_users(grant):
        notify(
            recipient=user,
            kind=f"licensing.{kind}",
            subject=subject,
            body=body,
            url=_grant_url(grant),
        )


def suspension_asked(grant: Grant, leads: Iterable[User], url: str) -> None:
    """Ask leads to suspend a grant: a party to it has the very name of a listed one."""
    for lead in leads:
        notify(
            recipient=lead,
            kind="licensing.suspension_asked",
            subject=_("Should a grant of %(model)s be suspended?") % {"model": grant.model},
            body=_(
                "A party to it has exactly a name that is on a list of restricted parties. Nothing "
                "is suspended by itself. Look at both, suspend the grant if in doubt, and do not "
                "tell those concerned why."
            ),
            url=url,
        )
