"""What is told of releases."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.notices import Group, Kind

_STAFF = _("Managers, leads and the board of the model")
_PROPOSER_TOO = _("The proposer, managers, leads and the board of the model")
_BEGINNER = _("Whoever began the ingest")


def _of_releases(
    name: str, sentence: str | Promise, who: str | Promise, group: Group = Group.RELEASES
) -> Kind:
    return Kind(name, group, sentence, who)


KINDS = (
    _of_releases("release_sealed", _("A release is sealed."), _BEGINNER),
    _of_releases("release_refused", _("An ingest was refused, and why."), _BEGINNER),
    _of_releases(
        "artifact_damaged",
        _("A stored file is damaged."),
        _("Operators and managers of the model"),
        Group.ALARMS,
    ),
    _of_releases("transition_effective", _("A release is at another stage."), _PROPOSER_TOO),
    _of_releases("transition_lapsed", _("A move to another stage lapsed."), _PROPOSER_TOO),
    _of_releases("exhibit_fell", _("A dossier's evidence stands no more."), _PROPOSER_TOO),
    _of_releases("release_demoted", _("A release was demoted."), _STAFF, Group.ALARMS),
    _of_releases("release_withdrawn", _("A release was withdrawn."), _STAFF, Group.ALARMS),
    _of_releases("cap_raised", _("The cap of a cohort was raised."), _STAFF),
    _of_releases(
        "cap_kept", _("A higher cap was approved and does not take effect."), _PROPOSER_TOO
    ),
    _of_releases("cap_lowered", _("The cap of a cohort was lowered."), _STAFF),
    _of_releases("hold_placed", _("A hold was placed."), _STAFF, Group.ALARMS),
    _of_releases("hold_review_due", _("A hold is due for review."), _STAFF),
    _of_releases("hold_lifted", _("A hold was lifted."), _STAFF),
    _of_releases("blocker_opened", _("A blocker was opened."), _STAFF, Group.ALARMS),
    _of_releases("blocker_closed", _("A blocker was closed."), _STAFF),
    _of_releases("requirement_overridden", _("A requirement was overridden."), _PROPOSER_TOO),
    _of_releases(
        "condition_fired", _("What a decision rested on does not hold."), _STAFF, Group.ALARMS
    ),
    _of_releases(
        "decision_unconfirmed",
        _("An emergency decision was not confirmed; admissions are held."),
        _STAFF,
        Group.ALARMS,
    ),
    _of_releases("review_called", _("A release is to be judged again."), _STAFF),
    _of_releases("ladder_adopted", _("Another version of a ladder holds."), _STAFF),
    _of_releases("ladder_waits", _("A version of a ladder waits for a decision."), _STAFF),
    _of_releases("ladder_kept", _("A ladder stays as it was."), _PROPOSER_TOO),
    _of_releases("evidence_expires", _("Evidence expires soon."), _("The managers of the model")),
    _of_releases(
        "reference_lapses",
        _("A reference model should be verified again."),
        _("Whoever keeps the register of references"),
    ),
)
