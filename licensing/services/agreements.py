"""Writing agreements: drafts, publishing at once or at a date, withdrawing, retiring.

The row of the agreement is locked for each of these; whoever accepts shares it, so that a text is
accepted either before another is published or not at all.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from common.errors import Refused
from common.queue import enqueue
from licensing import clauses, permissions
from licensing.actions import Action
from licensing.duties import HEADING, Duty, parse, with_section
from licensing.models import Terms, TermsDraft, TermsVersion
from licensing.selectors import agreements
from licensing.services.guards import line_of, require_active, text_of
from licensing.versions import MOST_GRACE_DAYS, Change

TEXT_LENGTH = 200_000
FURTHEST = timedelta(days=730)


@transaction.atomic
def save_terms_draft(
    *,
    actor: User,
    slug: str,
    title: str,
    text: str,
    change: str,
    grace_days: int,
    organization_signs: bool,
    duties: Iterable[Mapping[str, Any]] = (),
    draft: TermsDraft | None = None,
) -> TermsDraft:
    """Begin the draft of an agreement's next text, or save what is being written."""
    _require_legal_seat(actor)
    slug, title, text = _checked(slug, title, text)
    _check_grace(change, grace_days)
    declared = _declared(text, duties)
    _read(with_section(text, declared))
    draft = _open_draft(draft) if draft is not None else TermsDraft(slug=slug)
    draft.title, draft.text, draft.written_by = title, text, actor
    draft.change, draft.grace_days = change, grace_days
    draft.organization_signs = organization_signs
    draft.duties = [duty.data() for duty in declared]
    is_new = draft.pk is None
    try:
        with transaction.atomic():
            draft.save()
    except IntegrityError:
        raise Refused(
            _("There is a draft of “%(slug)s” already. Go on with that one.") % {"slug": slug}
        ) from None
    record(
        actor=actor,
        action=Action.TERMS_DRAFT_BEGUN if is_new else Action.TERMS_DRAFT_SAVED,
        target=draft,
        data={"slug": draft.slug, "text_sha256": sha256(text)},
    )
    return draft


@transaction.atomic
def discard_terms_draft(*, actor: User, draft: TermsDraft) -> TermsDraft:
    """Put a draft away."""
    _require_legal_seat(actor)
    draft = _open_draft(draft)
    _end_draft(draft)
    record(
        actor=actor,
        action=Action.TERMS_DRAFT_DISCARDED,
        target=draft,
        data={"slug": draft.slug, "text_sha256": sha256(draft.text)},
    )
    return draft


@transaction.atomic
def publish_terms_draft(
    *, actor: User, draft: TermsDraft, in_force_at: datetime | None = None
) -> TermsVersion:
    """Publish a draft, in force at once or at a date."""
    _require_legal_seat(actor)
    draft = _open_draft(draft)
    version = publish_terms(
        actor=actor,
        slug=draft.slug,
        title=draft.title,
        text=draft.text,
        change=draft.change,
        grace_days=draft.grace_days,
        organization_signs=draft.organization_signs,
        duties=draft.duties,
        in_force_at=in_force_at,
    )
    _end_draft(draft)
    return version


@transaction.atomic
def publish_terms(
    *,
    actor: User | None,
    slug: str,
    title: str,
    text: str,
    change: str = Change.MATERIAL,
    grace_days: int = 0,
    organization_signs: bool = True,
    duties: Iterable[Mapping[str, Any]] = (),
    in_force_at: datetime | None = None,
) -> TermsVersion:
    """Publish a version of an agreement. `actor` is None for the command.

    Its text ends with the duties that it declares, in words. The same agreement as the version in
    force is that version: nothing is published twice.
    """
    if actor is not None:
        _require_legal_seat(actor)
    slug, title, text = _checked(slug, title, text)
    declared = _declared(text, duties)
    text = with_section(text, declared)
    html, tagged = _read(text)
    terms, _made = Terms.objects.get_or_create(slug=slug, defaults={"title": title})
    terms = Terms.objects.select_for_update(no_key=True).get(pk=terms.pk)
    now = timezone.now()
    former = agreements.version_in_force(terms, now)
    starts_at = in_force_at or now
    _check_publishable(terms, starts_at, now)
    given = (text, organization_signs, declared)
    if former is not None and given == (
        clauses.canonical(former.text),
        former.organization_signs,
        former.declared,
    ):
        return former
    if former is None:
        # There is nothing before it that could still count.
        change, grace_days = Change.MATERIAL, 0
    _check_grace(change, grace_days)
    if former is not None and change == Change.EDITORIAL:
        _check_editorial(former, organization_signs, declared, tagged)
    highest = terms.versions.order_by("-number").values_list("number", flat=True).first() or 0
    version = TermsVersion.objects.create(
        terms=terms,
        number=highest + 1,
        title=title,
        text=text,
        html=html,
        text_sha256=sha256(text),
        html_sha256=sha256(html),
        clauses=[clause.data() for clause in tagged],
        duties=[duty.data() for duty in declared],
        change=change,
        organization_signs=organization_signs,
        published_by=actor,
        published_at=now,
        in_force_at=starts_at,
        binds_at=starts_at + timedelta(days=grace_days) if change == Change.MATERIAL else None,
    )
    record(
        actor=actor,
        action=Action.TERMS_PUBLISHED if starts_at <= now else Action.TERMS_SCHEDULED,
        target=version,
        also=(terms,),
        data={
            "slug": slug,
            "number": version.number,
            "change": change,
            "text_sha256": version.text_sha256,
            "html_sha256": version.html_sha256,
            "in_force_at": starts_at.isoformat(),
        },
    )
    if starts_at <= now:
        _follow(terms, version)
    enqueue("licensing.sweep_terms")
    return version


@transaction.atomic
def withdraw_terms_version(*, actor: User, version: TermsVersion, reason: str) -> TermsVersion:
    """Take back a version that is not in force yet. Its number and text stay on record."""
    _require_legal_seat(actor)
    reason = text_of(reason, _("Reason"))
    Terms.objects.select_for_update(no_key=True).get(pk=version.terms_id)
    version = TermsVersion.objects.select_related("terms").get(pk=version.pk)
    now = timezone.now()
    if version.withdrawn_at is not None:
        raise Refused(_("This version was withdrawn already."))
    if version.in_force_at <= now:
        raise Refused(_("This version is in force. Publish another one to supersede it."))
    version.withdrawn_at, version.withdrawn_by = now, actor
    version.save(update_fields=["withdrawn_at", "withdrawn_by"])
    record(
        actor=actor,
        action=Action.TERMS_WITHDRAWN,
        target=version,
        also=(version.terms,),
        data={"slug": version.terms.slug, "number": version.number, "reason": reason},
    )
    return version


@transaction.atomic
def retire_terms(*, actor: User, terms: Terms, reason: str) -> Terms:
    """End an agreement that no stage names. Its versions and acceptances stay readable."""
    _require_legal_seat(actor)
    reason = text_of(reason, _("Reason"))
    terms = Terms.objects.select_for_update(no_key=True).get(pk=terms.pk)
    if terms.retired_at is not None:
        raise Refused(_("The agreement is retired already."))
    stage = agreements.stages_naming(terms.slug).first()
    if stage is not None:
        raise Refused(
            _("The stage “%(stage)s” of the ladder %(ladder)s asks for it.")
            % {"stage": stage.name, "ladder": stage.ladder}
        )
    if agreements.scheduled_version(terms, timezone.now()) is not None:
        raise Refused(_("A version is scheduled. Withdraw it first."))
    terms.retired_at, terms.retired_by = timezone.now(), actor
    terms.save(update_fields=["retired_at", "retired_by"])
    record(
        actor=actor,
        action=Action.TERMS_RETIRED,
        target=terms,
        data={"slug": terms.slug, "reason": reason},
    )
    return terms


@transaction.atomic
def follow_terms(*, terms: Terms) -> bool:
    """Note that another version has come into force by its date. The verdict knew already."""
    terms = Terms.objects.select_for_update(no_key=True).get(pk=terms.pk)
    version = agreements.version_in_force(terms)
    if version is None or version.number == terms.told_number:
        return False
    _follow(terms, version)
    record(
        actor=None,
        action=Action.TERMS_IN_FORCE,
        target=version,
        also=(terms,),
        data={"slug": terms.slug, "number": version.number},
    )
    return True


def _follow(terms: Terms, version: TermsVersion) -> None:
    terms.told_number, terms.title = version.number, version.title
    terms.save(update_fields=["told_number", "title"])


def _require_legal_seat(actor: User) -> None:
    require_active(actor)
    if not permissions.can_publish_terms(actor):
        raise Refused(_("Only the holder of a legal seat publishes terms."))


def _open_draft(draft: TermsDraft) -> TermsDraft:
    draft = TermsDraft.objects.select_for_update(no_key=True, of=("self",)).get(pk=draft.pk)
    if draft.ended_at is not None:
        raise Refused(_("This draft was published or discarded already."))
    return draft


def _end_draft(draft: TermsDraft) -> None:
    draft.ended_at = timezone.now()
    draft.save(update_fields=["ended_at"])


def _checked(slug: str, title: str, text: str) -> tuple[str, str, str]:
    if not slug or slug != slugify(slug) or len(slug) > 60:
        raise Refused(_("The short name may hold small letters, digits and hyphens, 60 at most."))
    title = line_of(title, _("Title"), max_length=160)
    text = text_of(text, _("Text"), max_length=TEXT_LENGTH)
    return slug, title, clauses.canonical(text)


def _read(text: str) -> tuple[str, list[clauses.Clause]]:
    try:
        return clauses.read(text)
    except ValueError as error:
        raise Refused(str(error)) from None


def _declared(text: str, duties: Iterable[Mapping[str, Any]]) -> tuple[Duty, ...]:
    if HEADING in text.splitlines():
        raise Refused(
            _("The heading “%(heading)s” is written by the portal, from the duties below the text.")
            % {"heading": HEADING}
        )
    try:
        return parse(list(duties))
    except ValueError as error:
        raise Refused(str(error)) from None


def _check_grace(change: str, grace_days: int) -> None:
    if change not in Change.values:
        raise Refused(_("A version is material or editorial."))
    if not 0 <= grace_days <= MOST_GRACE_DAYS:
        raise Refused(_("The grace period is from 0 to %(most)d days.") % {"most": MOST_GRACE_DAYS})
    if change == Change.EDITORIAL and grace_days:
        raise Refused(_("An editorial version has no grace period: nobody has to accept it."))


def _check_publishable(terms: Terms, starts_at: datetime, now: datetime) -> None:
    if terms.retired_at is not None:
        raise Refused(_("The agreement is retired. Publish under another short name."))
    if starts_at < now:
        raise Refused(_("The date is in the past. Publish at once, or choose a later one."))
    if starts_at > now + FURTHEST:
        raise Refused(_("The date is more than two years away."))
    scheduled = agreements.scheduled_version(terms, now)
    if scheduled is not None:
        raise Refused(
            _("Version %(number)s is scheduled. Withdraw it, or wait until it is in force.")
            % {"number": scheduled.number}
        )


def _check_editorial(
    former: TermsVersion,
    organization_signs: bool,
    declared: tuple[Duty, ...],
    tagged: list[clauses.Clause],
) -> None:
    """An editorial version asks for nothing that the former did not ask for."""
    if organization_signs != former.organization_signs:
        raise Refused(
            _("Whether the organisation signs is no editorial change. Publish a material version.")
        )
    if declared != former.declared:
        raise Refused(_("Another duty is no editorial change. Publish a material version."))
    ticked = {clause["title"] for clause in former.risky}
    if any(clause.risky and clause.title not in ticked for clause in tagged):
        raise Refused(_("A clause to tick is no editorial change. Publish a material version."))


def sha256(text: str) -> str:
    """Return the SHA-256 of a text in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()
