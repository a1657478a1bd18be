"""Export licences: a lead puts one on record with what proves it, and withdraws it."""

import io
from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organization, User
from audit import personal
from audit.services import record, register_subject
from common.countries import COUNTRIES
from common.errors import Refused
from licensing import notifications
from licensing.actions import Action
from licensing.models import CountryTelling, ExportLicence
from licensing.services.country_tellings import owe_word_of_licence
from licensing.services.guards import line_of, require_right, text_of
from releases.choices import Right
from releases.models import Model
from releases.permissions import users_with_right
from releases.services.documents import Readable, keep_bytes, read_document


@transaction.atomic
def record_licence(
    *,
    actor: User,
    model: Model,
    organization: Organization,
    authority: str,
    number: str,
    countries: Iterable[str],
    ends_at: datetime,
    file: Readable,
    name: str,
    note: str = "",
) -> ExportLicence:
    """Put on record what an authority lets an organisation have, with the document.

    It opens the countries it names where the table of the model's board says `licence`, and
    nothing else. Takes the right to place holds on the model, and nobody for their own.
    """
    _require_lead(actor, model)
    if organization.memberships.filter(user=actor, ended_at__isnull=True).exists():
        raise Refused(_("This is your own organisation; another lead puts its licence on record."))
    now = timezone.now()
    codes = sorted(set(countries))
    if not codes or not set(codes) <= set(COUNTRIES):
        raise Refused(_("Name the countries that the licence covers."))
    if ends_at <= now:
        raise Refused(_("The licence has ended already."))
    given = read_document(file, name)
    licence = ExportLicence(
        model=model,
        organization=organization,
        authority=line_of(authority, _("Authority"), max_length=200),
        number=line_of(number, _("Number"), max_length=100),
        countries=codes,
        ends_at=ends_at,
        note=text_of(note, _("Note")) if note.strip() else "",
        document_name=given.name,
        media_type=given.media_type,
        size=given.size,
        document_sha256=given.sha256,
        recorded_by=actor,
        recorded_at=now,
    )
    register_subject(pseudonym=licence.public_id, label=_("The document of an export licence"))
    licence.sha256 = keep_bytes(io.BytesIO(personal.seal_bytes(licence.public_id, given.content)))
    try:
        with transaction.atomic():
            licence.save(force_insert=True)
    except IntegrityError:
        raise Refused(_("This licence is on record already.")) from None
    record(
        actor=actor,
        action=Action.LICENCE_RECORDED,
        target=licence,
        also=(model, organization),
        data={
            "authority": licence.authority,
            "number": licence.number,
            "countries": codes,
            "ends_at": ends_at.isoformat(),
            "document": licence.document_sha256,
        },
    )
    leads = users_with_right(Right.PLACE_HOLD, model).exclude(pk=actor.pk).order_by("pk")
    notifications.licence_recorded(licence, leads)
    owe_word_of_licence(licence, CountryTelling.Cause.LICENCE_RECORDED, now)
    return licence


@transaction.atomic
def withdraw_licence(*, actor: User, licence: ExportLicence, reason: str) -> ExportLicence:
    """Let a licence count no more, from the next check on. One lead is enough."""
    licence = (
        ExportLicence.objects.select_for_update(no_key=True, of=("self",))
        .select_related("model", "organization")
        .get(pk=licence.pk)
    )
    _require_lead(actor, licence.model)
    if licence.withdrawn_at is not None:
        raise Refused(_("The licence is withdrawn already."))
    licence.withdrawn_reason = text_of(reason, _("Reason"))
    licence.withdrawn_at, licence.withdrawn_by = timezone.now(), actor
    licence.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
    record(
        actor=actor,
        action=Action.LICENCE_WITHDRAWN,
        target=licence,
        also=(licence.model, licence.organization),
        data={"reason": licence.withdrawn_reason},
    )
    if licence.ends_at > licence.withdrawn_at:
        owe_word_of_licence(licence, CountryTelling.Cause.LICENCE_WITHDRAWN, licence.withdrawn_at)
    return licence


def _require_lead(actor: User, model: Model) -> None:
    why_not = _("Export licences are kept by whoever may place holds on the model that is named.")
    require_right(actor, Right.PLACE_HOLD, model, why_not)
