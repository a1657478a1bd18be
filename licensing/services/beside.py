"""What reviewers keep beside an application: ticks, notes, who looked. Inserted only."""

from collections.abc import Collection

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit import personal
from audit.models import Subject
from common.errors import Refused
from licensing import approval_rules
from licensing.actions import Action
from licensing.models import Application, ApplicationState, Note, Tick
from licensing.selectors import reviews
from licensing.services.guards import require_met, text_of
from licensing.services.review import claimed, record_act, reviewable

NOTE_LENGTH = 4000


@transaction.atomic
def tick_checklist(*, actor: User, application: Application, done: Collection[str]) -> Application:
    """Tick exactly these items of the checklist, for what was submitted last.

    An item that somebody ticked before stays theirs.
    """
    application = claimed(actor, application)
    checklist = reviews.checklist_of(application)
    known = {item.key for item in checklist.items}
    if not set(done) <= known:
        raise Refused(_("The checklist has changed meanwhile; tick it as it is now."))
    number = reviews.submission_number(application)
    before = set(reviews.ticks_of(application, number))
    changed = {key: key in done for key in known if (key in done) != (key in before)}
    if not changed:
        return application
    Tick.objects.bulk_create(
        Tick(
            application=application,
            submission=number,
            checklist=checklist.key,
            item=key,
            done=is_done,
            ticked_by=actor,
        )
        for key, is_done in sorted(changed.items())
    )
    record_act(
        actor,
        Action.APPLICATION_CHECKED,
        application,
        data={"checklist": checklist.key, "submission": number, "changed": changed},
    )
    return application


def require_ticked(application: Application) -> None:
    """Refuse to approve what was not looked at as the checklist asks."""
    done = set(reviews.ticks_of(application, reviews.submission_number(application)))
    checklist = reviews.checklist_of(application)
    missing = [str(item.label) for item in checklist.missing(done)]
    require_met(approval_rules.ticked(len(checklist.items), missing))


@transaction.atomic
def add_note(*, actor: User, application: Application, text: str) -> Note:
    """Write a note for the reviewers, whoever has the application. The applicant never sees it."""
    application = reviewable(actor, application)
    if application.state == ApplicationState.DRAFT:
        raise Refused(_("This application was not sent yet."))
    text = text_of(text, _("Note"), max_length=NOTE_LENGTH)
    try:
        sealed = personal.seal(application.applicant.pseudonym, text)
    except Subject.DoesNotExist:
        raise Refused(_("The applicant was erased; nothing is added any more.")) from None
    note = Note.objects.create(application=application, author=actor, sealed_text=sealed)
    record_act(actor, Action.APPLICATION_NOTED, application)
    return note


@transaction.atomic
def note_look(*, actor: User, application: Application) -> None:
    """Keep that somebody read an application, once a day."""
    with connection.cursor() as cursor:
        # The same person may do so in another window, at the same time.
        cursor.execute(
            """
            INSERT INTO licensing_look (application_id, person_id, day) VALUES (%s, %s, %s)
            ON CONFLICT DO NOTHING
            """,
            [application.pk, actor.pk, timezone.localdate()],
        )
        if not cursor.rowcount:
            return
    record_act(actor, Action.APPLICATION_VIEWED, application)
