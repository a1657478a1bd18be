"""Texts that reviewers begin their messages from."""

import re
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from common.errors import Refused
from licensing import permissions
from licensing.actions import Action
from licensing.models import CannedText
from licensing.services.guards import line_of, text_of

TITLE_LENGTH = 100
# "[say what is missing]": a place that whoever sends the text fills in.
_BLANK = re.compile(r"\[[^\[\]\n]{1,200}\]")


def require_edited(message: str, kind: str) -> None:
    """Refuse a message that is a managed text as it stands, or has a blank of one left open."""
    said = _plain(message)
    for canned in CannedText.objects.filter(kinds__contains=[kind], retired_at__isnull=True):
        if _plain(canned.text) == said:
            raise Refused(
                _(
                    "This is the text “%(title)s” as it stands. Say what it means for this "
                    "application before you send it."
                )
                % {"title": canned.title}
            )
        left = [blank for blank in _BLANK.findall(canned.text) if blank in message]
        if left:
            raise Refused(
                _("Fill in what the text leaves open: %(blanks)s") % {"blanks": ", ".join(left)}
            )


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


@transaction.atomic
def add_canned_text(*, actor: User, title: str, text: str, kinds: Iterable[str]) -> CannedText:
    """Add a text that every reviewer of this portal can begin a message from."""
    _require_lead(actor)
    kinds = sorted(set(kinds))
    if not kinds or not set(kinds) <= set(CannedText.Kind.values):
        raise Refused(_("Say whether it is for questions, for declining, or for both."))
    title = line_of(title, _("Title"), max_length=TITLE_LENGTH)
    text = text_of(text, _("Text"))
    if CannedText.objects.filter(title=title, retired_at__isnull=True).exists():
        raise Refused(_("There is a text with this title already; retire it first."))
    canned = CannedText.objects.create(title=title, text=text, kinds=kinds, made_by=actor)
    record(
        actor=actor,
        action=Action.CANNED_TEXT_ADDED,
        target=canned,
        data={"title": title, "text": text, "kinds": kinds},
    )
    return canned


@transaction.atomic
def retire_canned_text(*, actor: User, canned: CannedText) -> datetime:
    """Offer a text no longer. What was written from it stays."""
    _require_lead(actor)
    canned = CannedText.objects.select_for_update(no_key=True).get(pk=canned.pk)
    if canned.retired_at is None:
        canned.retired_at = timezone.now()
        canned.save(update_fields=["retired_at"])
        record(actor=actor, action=Action.CANNED_TEXT_RETIRED, target=canned)
    return canned.retired_at


def _require_lead(actor: User) -> None:
    if not permissions.can_manage_canned_texts(actor):
        raise Refused(_("These texts are kept by whoever leads the reviews of a model."))
