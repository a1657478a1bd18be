"""What each state word looks like: words, tone and shape. Decided here and nowhere else."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# Paths on a 16 by 16 grid, drawn with the text's colour. Every state has a shape of its own
# beside its colour, because a tenth of the readers cannot tell the colours apart.
ICONS: dict[str, str] = {
    "tick": "M3 8.5 6.5 12 13 4.5",
    "cross": "M4 4 12 12M12 4 4 12",
    "clock": "M8 1.75a6.25 6.25 0 1 1 0 12.5 6.25 6.25 0 0 1 0-12.5ZM8 4.5V8l2.5 1.75",
    "dot": "M8 5.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5Z",
    "ring": "M8 2.75a5.25 5.25 0 1 1 0 10.5 5.25 5.25 0 0 1 0-10.5Z",
    "half": "M8 2.75a5.25 5.25 0 1 1 0 10.5ZM8 2.75a5.25 5.25 0 1 0 0 10.5",
    "pause": "M5.5 3.5v9M10.5 3.5v9",
    "lock": "M3.5 7.25h9v6.25h-9ZM5.25 7V5a2.75 2.75 0 0 1 5.5 0v2",
    "stop": "M5.25 1.75h5.5l3.5 3.5v5.5l-3.5 3.5h-5.5l-3.5-3.5v-5.5ZM5 8h6",
    "warning": "M8 2 14.5 13.5h-13ZM8 6.5v3.25M8 11.4v.35",
    "info": "M8 1.75a6.25 6.25 0 1 1 0 12.5 6.25 6.25 0 0 1 0-12.5ZM8 7.25V11.5M8 4.6V5",
    "arrow": "M2.5 8h10.5M9 4l4 4-4 4",
    "back": "M13.5 8H3M7 4 3 8l4 4",
    "return": "M6 3 2.5 6.5 6 10M2.5 6.5h7a4 4 0 0 1 0 7H7",
    "bell": "M3 11.5h10l-1.25-2V6.75a3.75 3.75 0 0 0-7.5 0V9.5ZM6.5 13.75h3",
    "person": "M8 2a2.75 2.75 0 1 1 0 5.5A2.75 2.75 0 0 1 8 2ZM2.75 14a5.25 5.25 0 0 1 10.5 0",
    "copy": "M5.5 5.5h8v8h-8ZM3.5 10.5h-1v-8h8v1",
    "doc": "M3.5 1.75h6l3 3v9.5h-9ZM9.25 2v3h3M6 8.25h4M6 11h4",
    "flag": "M3.5 14.5v-12.5h9l-2 3.25 2 3.25h-9",
    "key": "M5 7.5a3 3 0 1 1 0 6 3 3 0 0 1 0-6ZM7.25 8.5 13.5 2.5M11 5l2 2",
    "search": "M7 2.25a4.75 4.75 0 1 1 0 9.5 4.75 4.75 0 0 1 0-9.5ZM10.5 10.5 14 14",
    "plus": "M8 3v10M3 8h10",
    "download": "M8 2v8.5M4.5 7 8 10.5 11.5 7M2.5 13.75h11",
    "external": "M9.5 2.5h4v4M13.5 2.5 7.5 8.5M11.5 9v4.5h-9v-9H7",
    "slash": "M8 2.25a5.75 5.75 0 1 1 0 11.5 5.75 5.75 0 0 1 0-11.5ZM4 4l8 8",
    "menu": "M2.5 4.5h11M2.5 8h11M2.5 11.5h11",
}
# Django's message levels and our tones, so that a template can pass either.
ICONS |= {
    "debug": ICONS["info"],
    "success": ICONS["tick"],
    "good": ICONS["tick"],
    "error": ICONS["stop"],
    "bad": ICONS["stop"],
    "warn": ICONS["warning"],
}


class State(NamedTuple):
    """How one state word is shown."""

    label: str | Promise
    tone: str
    icon: str


# Tones: idle (not begun), wait (somebody must act), busy (under way), good, bad, past.
STATES: dict[str, State] = {
    # Releases
    "ingesting": State(_("Ingesting"), "busy", "half"),
    "verifying": State(_("Verifying"), "busy", "half"),
    "sealed": State(_("Sealed"), "good", "lock"),
    "refused": State(_("Refused"), "bad", "cross"),
    # Motions and transitions
    "draft": State(_("Draft"), "idle", "ring"),
    "in_review": State(_("In review"), "busy", "half"),
    "voting": State(_("Voting"), "wait", "clock"),
    "approved": State(_("Approved"), "good", "tick"),
    "rejected": State(_("Rejected"), "bad", "cross"),
    "lapsed": State(_("Lapsed"), "past", "slash"),
    "withdrawn": State(_("Withdrawn"), "past", "return"),
    "cancelled": State(_("Cancelled"), "past", "slash"),
    "effective": State(_("In effect"), "good", "tick"),
    # Screening
    "hit_stop": State(_("Same name"), "bad", "flag"),
    "hit_review": State(_("To look at"), "wait", "clock"),
    "hit_not_them": State(_("Somebody else"), "good", "tick"),
    "hit_them": State(_("The listed party"), "bad", "stop"),
    "recheck": State(_("Changed since"), "wait", "warning"),
    "importing": State(_("Importing"), "busy", "half"),
    "former": State(_("Former"), "past", "return"),
    # Holds and blockers
    "placed": State(_("Hold in force"), "bad", "stop"),
    "held": State(_("On hold"), "bad", "stop"),
    "review_due": State(_("Review due"), "wait", "clock"),
    "lifted": State(_("Lifted"), "past", "tick"),
    "admissions": State(_("No new grants"), "wait", "pause"),
    "all": State(_("Nothing leaves"), "bad", "stop"),
    "open": State(_("Open"), "wait", "flag"),
    "closed": State(_("Closed"), "past", "tick"),
    # Conditions of decisions
    "watched": State(_("Watched"), "busy", "clock"),
    "fired": State(_("Came true"), "bad", "warning"),
    # Applications
    "submitted": State(_("Submitted"), "wait", "clock"),
    "returned": State(_("Returned"), "wait", "return"),
    "awaiting_second": State(_("Awaiting second reviewer"), "wait", "clock"),
    "declined": State(_("Declined"), "bad", "cross"),
    "referred": State(_("Referred to the board"), "busy", "arrow"),
    "appealed": State(_("Appealed"), "wait", "return"),
    # Grants, clearances and tokens
    "pending_terms": State(_("Terms to accept"), "wait", "doc"),
    "queued": State(_("Queued"), "wait", "clock"),
    "active": State(_("Active"), "good", "tick"),
    "suspended": State(_("Suspended"), "bad", "pause"),
    "revoked": State(_("Revoked"), "bad", "slash"),
    "expired": State(_("Expired"), "past", "slash"),
    "relinquished": State(_("Relinquished"), "past", "return"),
    "superseded": State(_("Superseded"), "past", "arrow"),
    "banned": State(_("Banned"), "bad", "stop"),
    # Terms versions
    "scheduled": State(_("Scheduled"), "busy", "clock"),
    "published": State(_("Published"), "good", "tick"),
    "retired": State(_("Retired"), "past", "slash"),
    # Duties
    "due": State(_("Due"), "wait", "clock"),
    "overdue": State(_("Overdue"), "bad", "warning"),
    "done_late": State(_("Done late"), "past", "tick"),
    "waived": State(_("Waived"), "past", "flag"),
    "void": State(_("Not owed any more"), "past", "slash"),
    # Endpoints
    "draining": State(_("Draining"), "wait", "half"),
    "decommissioned": State(_("Decommissioned"), "past", "slash"),
    # What a version of a ladder does to a rule
    "tightens": State(_("Tightens"), "good", "lock"),
    "loosens": State(_("Loosens"), "wait", "warning"),
    "neutral": State(_("Neutral"), "idle", "ring"),
    # What a stage does with a country
    "country_allow": State(_("Allowed"), "good", "tick"),
    "country_review": State(_("Second reviewer"), "wait", "clock"),
    "country_licence": State(_("Export licence"), "wait", "doc"),
    "country_deny": State(_("Denied"), "bad", "cross"),
    # Requirements
    "satisfied": State(_("Satisfied"), "good", "tick"),
    "unsatisfied": State(_("Not satisfied"), "bad", "cross"),
    "overridden": State(_("Overridden"), "wait", "flag"),
    "not_applicable": State(_("Not applicable"), "past", "ring"),
    "error": State(_("Could not be checked"), "bad", "warning"),
    # Evidence
    "current": State(_("Current"), "good", "tick"),
    # Comparable models
    "unverified": State(_("Not verified"), "wait", "ring"),
    "verified": State(_("Verified"), "good", "tick"),
    "changed": State(_("Changed since verified"), "wait", "return"),
    # Votes
    "approve": State(_("Approve"), "good", "tick"),
    "reject": State(_("Reject"), "bad", "cross"),
    "abstain": State(_("Abstain"), "idle", "ring"),
    "recused": State(_("Recused"), "past", "slash"),
    "not_voted": State(_("Not voted"), "wait", "clock"),
    "no_vote": State(_("No vote"), "past", "slash"),
    "vacant": State(_("Vacant"), "wait", "ring"),
    "vote_sealed": State(_("Vote cast, sealed"), "busy", "lock"),
    "stale": State(_("Stale: the dossier changed"), "past", "slash"),
    "took_part": State(_("Took part"), "good", "tick"),
    "excluded": State(_("No vote"), "past", "slash"),
    "absent": State(_("Did not vote"), "wait", "ring"),
    # Access modes of a stage
    "none": State(_("Internal"), "idle", "lock"),
    "api_named": State(_("Hosted API, named"), "busy", "person"),
    "api_public": State(_("Hosted API, public"), "busy", "dot"),
    "weights_gated": State(_("Weights, gated"), "good", "key"),
    "weights_open": State(_("Weights, open"), "good", "download"),
    # Jobs, mail and health
    "pending": State(_("Waiting"), "idle", "clock"),
    "running": State(_("Running"), "busy", "half"),
    "done": State(_("Done"), "good", "tick"),
    "sent": State(_("Sent"), "good", "tick"),
    "failed": State(_("Failed"), "bad", "warning"),
    "ok": State(_("Healthy"), "good", "tick"),
    "degraded": State(_("Degraded"), "wait", "warning"),
    "down": State(_("Down"), "bad", "cross"),
    # Downloads
    "complete": State(_("Complete"), "good", "tick"),
    "cut": State(_("Cut off"), "wait", "half"),
    "unknown": State(_("Not known"), "idle", "ring"),
    # E-mail addresses
    "main": State(_("Main address"), "idle", "flag"),
    # Long forms and checklists
    "todo": State(_("Not started"), "idle", "ring"),
    "started": State(_("In progress"), "busy", "half"),
    "blocked": State(_("Cannot start yet"), "past", "lock"),
    "yes": State(_("Met"), "good", "tick"),
    "no": State(_("Not met"), "bad", "cross"),
    "waiting": State(_("Waiting"), "wait", "clock"),
    "na": State(_("Not needed"), "past", "ring"),
}
