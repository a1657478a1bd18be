"""What is told of applications, grants, terms, suspensions and bans."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.notices import Group, Kind

_APPLICANT = _("The applicant")
_REVIEWERS = _("The reviewers of the model")
_REVIEWER = _("The reviewer who has the application")
_USERS = _("The users named on the grant")
_SEATS = _("The seats of the board")
_PERFORMERS = _("Whoever performs the duty")


def _of_licensing(name: str, group: Group, sentence: str | Promise, who: str | Promise) -> Kind:
    return Kind(f"licensing.{name}", group, sentence, who)


_TO_APPLICANTS = (
    ("application_received", Group.PROGRESS, _("Your application arrived.")),
    ("application_returned", Group.DECISIONS, _("Your application came back with questions.")),
    ("answer_due", Group.REMINDERS, _("An application lapses soon unless you answer.")),
    ("draft_waits", Group.REMINDERS, _("An application of yours is not sent yet.")),
    ("draft_lapsed", Group.DECISIONS, _("A draft of yours lapsed.")),
    ("application_lapsed", Group.DECISIONS, _("Your application lapsed.")),
    ("application_referred", Group.PROGRESS, _("A board is asked about your application.")),
    ("application_approved", Group.DECISIONS, _("Your application is approved.")),
    ("application_declined", Group.DECISIONS, _("Your application was declined, and why.")),
    ("appeal_received", Group.PROGRESS, _("Your appeal arrived.")),
    ("appeal_decided", Group.DECISIONS, _("Your appeal was decided, and why.")),
)
_TO_USERS = (
    ("grant_active", Group.DECISIONS, _("A grant is active.")),
    ("grant_queued", Group.PROGRESS, _("A grant waits for a place.")),
    ("grant_admitted", Group.DECISIONS, _("A grant has a place.")),
    ("grant_suspended", Group.DECISIONS, _("A grant is suspended, and why.")),
    ("grant_in_selection", Group.DECISIONS, _("Several grants, yours too, are suspended.")),
    ("grant_left_out", Group.DECISIONS, _("Your grant alone is let out of a suspension.")),
    ("grant_out_of_selection", Group.DECISIONS, _("A suspension of several grants ended.")),
    ("grant_suspension_lifted", Group.DECISIONS, _("The suspension of a grant ended.")),
    ("grant_volume_set", Group.DECISIONS, _("A download quota changed, and why.")),
    ("grant_ended", Group.DECISIONS, _("A grant ended, and why.")),
    ("country_stopped", Group.DECISIONS, _("A country stops your access, from when, and why.")),
    ("country_served", Group.DECISIONS, _("No country stops your access any more.")),
    ("grant_user_added", Group.DECISIONS, _("You were named on a grant.")),
)
_OF_DUTIES = (
    ("duty_due", _("Something that you agreed to do is due.")),
    ("duty_overdue", _("Something that you agreed to do is overdue.")),
    ("duty_waived", _("A duty was waived, and why.")),
    ("duty_done", _("Your copy of what you stated.")),
)
KINDS = (
    *(_of_licensing(name, group, words, _APPLICANT) for name, group, words in _TO_APPLICANTS),
    *(_of_licensing(name, group, words, _USERS) for name, group, words in _TO_USERS),
    _of_licensing(
        "place_ended",
        Group.DECISIONS,
        _("A named user's place on a grant ended."),
        _("The user, and who keeps the list of the grant"),
    ),
    _of_licensing(
        "reference_answered",
        Group.PROGRESS,
        _("A referee or signing official answered."),
        _("The applicant and the reviewer"),
    ),
    _of_licensing(
        "reference",
        Group.LINKS,
        _("A link to the form of a referee or signing official."),
        _("Whom the applicant named"),
    ),
    _of_licensing(
        "renewal_decided",
        Group.DECISIONS,
        _("The renewal of a clearance was decided."),
        _("Whoever asked for it"),
    ),
    _of_licensing(
        "terms_accepted",
        Group.TERMS,
        _("Your copy of what you agreed to."),
        _("Whoever accepted"),
    ),
    _of_licensing(
        "terms_changed",
        Group.TERMS,
        _("Terms changed and wait for you."),
        _("Those bound by them, and those who may sign"),
    ),
    *(_of_licensing(name, Group.TERMS, words, _PERFORMERS) for name, words in _OF_DUTIES),
    _of_licensing(
        "duty_called",
        Group.ALARMS,
        _("A duty that a grantee agreed to is overdue."),
        _("The leads of the model"),
    ),
    _of_licensing(
        "ban_placed", Group.DECISIONS, _("A ban was placed, and why."), _("Those kept out")
    ),
    _of_licensing("ban_lifted", Group.DECISIONS, _("A ban was lifted."), _("Those kept out")),
    _of_licensing(
        "application_submitted", Group.REVIEW, _("An application waits for review."), _REVIEWERS
    ),
    _of_licensing(
        "application_assigned", Group.REVIEW, _("An application was given to you."), _REVIEWER
    ),
    _of_licensing(
        "application_taken_over",
        Group.REVIEW,
        _("An application of yours was given to somebody else."),
        _("The former reviewer"),
    ),
    _of_licensing(
        "second_wanted",
        Group.REVIEW,
        _("An approval waits for a second reviewer."),
        _("Those who may confirm it"),
    ),
    _of_licensing(
        "approval_sent_back",
        Group.REVIEW,
        _("A second reviewer did not confirm your approval."),
        _REVIEWER,
    ),
    _of_licensing(
        "application_withdrawn", Group.REVIEW, _("An application was withdrawn."), _REVIEWER
    ),
    _of_licensing(
        "referral_answered", Group.REVIEW, _("An application is back from a board."), _REVIEWER
    ),
    _of_licensing(
        "application_appealed",
        Group.REVIEW,
        _("An appeal waits for a reviewer."),
        _("Reviewers who did not decide before"),
    ),
    _of_licensing(
        "appeal_noted",
        Group.REVIEW,
        _("An appeal against your decline was decided."),
        _("Whoever had declined"),
    ),
    _of_licensing("renewal_asked", Group.REVIEW, _("A clearance waits to be renewed."), _REVIEWERS),
    _of_licensing(
        "suspension_asked",
        Group.ALARMS,
        _("A grant should perhaps be suspended."),
        _("The leads of the model"),
    ),
    _of_licensing("ban_noted", Group.BOARDS, _("A ban was placed."), _SEATS),
    _of_licensing("ban_objected", Group.BOARDS, _("Somebody objects to a ban."), _SEATS),
    _of_licensing("ban_lift_noted", Group.BOARDS, _("A ban was lifted."), _SEATS),
    _of_licensing("suspension_noted", Group.BOARDS, _("Several grants were suspended."), _SEATS),
    _of_licensing(
        "suspension_review_due", Group.BOARDS, _("A suspension is due for review."), _SEATS
    ),
    _of_licensing("suspension_lift_noted", Group.BOARDS, _("A suspension was lifted."), _SEATS),
    _of_licensing(
        "countries_changed",
        Group.BOARDS,
        _("Another country table counts."),
        _("The seats of the board, the leads and the reviewers of its models"),
    ),
    _of_licensing(
        "countries_unchanged",
        Group.BOARDS,
        _("A country table that a board approved did not come in force."),
        _("Whoever proposed it"),
    ),
    _of_licensing(
        "licence_recorded",
        Group.BOARDS,
        _("An export licence was put on record."),
        _("The other leads of the model"),
    ),
)
