"""Accepting a text or declining it, and the evidence of either."""

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.models import Organization, User
from audit.services import record
from common.comparison import comparison_digest
from common.errors import Refused
from common.request_id import current_request_id
from licensing import notifications
from licensing.actions import Action
from licensing.models import Acceptance, Capacity, Decline, TermsVersion
from licensing.selectors import agreements, outward_releases
from licensing.services import admissions, grants, receipts
from licensing.services.agreements import sha256
from licensing.services.duties.opening import settle_duties_later
from licensing.services.guards import (
    lock_parties,
    require_active,
    require_member,
    require_not_banned,
    text_of,
)
from licensing.services.signature import sign_as
from licensing.witness import Witness
from releases.models import Model

# As many releases are named in one acceptance.
MOST_COVERED = 50


@transaction.atomic
def accept_terms(
    *,
    actor: User,
    version: TermsVersion,
    organization: Organization | None = None,
    official: bool = False,
    authority: str = "",
    typed_name: str,
    consent: str,
    ticks: tuple[str, ...] = (),
    witness: Witness,
    model: Model | None = None,
) -> Acceptance:
    """Keep the evidence that a person agreed to a text, and let in whom that lets in.

    `consent` is the sentence and the button's label as shown, `ticks` the anchors of the clauses
    that were ticked. With `official` the person signs for the organisation, and `authority` is
    the statement that they may. With `model`, acceptance at a public stage makes the self-service
    grant. Accepting twice is accepting once.
    """
    # Serialises this person's acceptances, so that two clicks find each other.
    lock_parties(actor, organization)
    _require_entitled(actor, organization, official=official)
    version = _shared(version)
    accepted = agreements.acceptance_of(actor, version, organization, official=official)
    if accepted is None:
        _require_acceptable(version)
        accepted = _insert_acceptance(
            actor,
            version,
            organization,
            official=official,
            authority=authority,
            typed_name=typed_name,
            consent=consent,
            ticks=ticks,
            witness=witness,
            model=model,
        )
        settle_duties_later(actor, organization)
    admissions.settle_pending_grants_of(None if official else actor, organization)
    if model is not None and not official:
        grants.create_self_service_grant(actor=actor, model=model, organization=organization)
    return accepted


@transaction.atomic
def decline_terms(
    *,
    actor: User,
    version: TermsVersion,
    organization: Organization | None = None,
    official: bool = False,
    witness: Witness,
) -> Decline:
    """Keep that somebody read a text and declined it. It bars nothing: they may accept later."""
    lock_parties(actor, organization)
    _require_entitled(actor, organization, official=official)
    version = _shared(version)
    _require_acceptable(version)
    if agreements.acceptance_of(actor, version, organization, official=official) is not None:
        raise Refused(
            _("You accepted this version already. To end what it let you in to, give up the grant.")
        )
    decline = Decline.objects.create(
        version=version,
        user=actor,
        organization=organization,
        capacity=_capacity(organization, official=official),
        text_sha256=version.text_sha256,
        displayed_at=witness.displayed_at,
        request_id=current_request_id(),
    )
    record(
        actor=actor,
        action=Action.TERMS_DECLINED,
        target=decline,
        also=(version, version.terms),
        data={
            "slug": version.terms.slug,
            "number": version.number,
            "capacity": decline.capacity,
            "text_sha256": decline.text_sha256,
        },
    )
    settle_duties_later(actor, organization)
    return decline


def _require_entitled(actor: User, organization: Organization | None, *, official: bool) -> None:
    require_active(actor)
    require_member(actor, organization)
    require_not_banned(actor, organization)
    if official and (organization is None or not agreements.may_sign(actor, organization)):
        raise Refused(_("Only a signing official or an owner signs for the organisation."))


def _shared(version: TermsVersion) -> TermsVersion:
    """Return the version anew; no other is published until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM licensing_terms WHERE id = %s FOR SHARE", [version.terms_id])
    return TermsVersion.objects.select_related("terms").get(pk=version.pk)


def _require_acceptable(version: TermsVersion) -> None:
    in_force = agreements.version_in_force(version.terms)
    if in_force is None or version.terms.retired_at is not None:
        raise Refused(_("These terms are not in force."))
    if in_force.pk != version.pk:
        raise Refused(
            _("These terms have a newer version, %(number)s. Read that one and accept it.")
            % {"number": in_force.number}
        )
    if sha256(version.html) != version.html_sha256 or sha256(version.text) != version.text_sha256:
        raise Refused(_("The stored text does not match its digest. Tell the operator."))


def _insert_acceptance(
    actor: User,
    version: TermsVersion,
    organization: Organization | None,
    *,
    official: bool,
    authority: str,
    typed_name: str,
    consent: str,
    ticks: tuple[str, ...],
    witness: Witness,
    model: Model | None,
) -> Acceptance:
    signature = sign_as(actor, typed_name, witness)
    if official:
        authority = text_of(authority, _("Statement of authority"), max_length=2000)
    ticked = _ticked(version, ticks)
    consent = text_of(consent, _("Consent"), max_length=2000)
    previous = agreements.former_acceptance(actor, version, organization, official=official)
    acceptance = Acceptance.objects.create(
        version=version,
        user=actor,
        organization=organization,
        capacity=_capacity(organization, official=official),
        authority=authority if official else "",
        consent=consent,
        ticks=ticked,
        text_sha256=version.text_sha256,
        html_sha256=version.html_sha256,
        consent_sha256=sha256(consent),
        diff_sha256=_diff_digest(previous, version) if witness.diff_shown else "",
        previous=previous,
        covers=_covers(version, model),
        displayed_at=witness.displayed_at,
        browser=witness.browser,
        **signature.columns(),
    )
    # The database gave it its public id.
    acceptance.refresh_from_db(fields=["public_id"])
    record(
        actor=actor,
        action=Action.TERMS_SIGNED if official else Action.TERMS_ACCEPTED,
        target=acceptance,
        also=(version, version.terms, *((organization,) if official and organization else ())),
        data={
            "slug": version.terms.slug,
            "number": version.number,
            "capacity": acceptance.capacity,
            "text_sha256": acceptance.text_sha256,
            "html_sha256": acceptance.html_sha256,
        },
    )
    receipts.issue(acceptance)
    notifications.terms_accepted(acceptance)
    return acceptance


def _capacity(organization: Organization | None, *, official: bool) -> Capacity:
    if organization is None:
        return Capacity.SELF
    return Capacity.SIGNATORY if official else Capacity.ORGANIZATION


def _ticked(version: TermsVersion, ticks: tuple[str, ...]) -> list[dict[str, str]]:
    """Return the risky clauses, which must all be ticked."""
    missing = [clause["title"] for clause in version.risky if clause["anchor"] not in ticks]
    if missing:
        raise Refused(
            _("Tick the clause “%(clause)s”: it has to be accepted by itself.")
            % {"clause": missing[0]}
        )
    return [{"anchor": each["anchor"], "title": each["title"]} for each in version.risky]


def _diff_digest(previous: Acceptance | None, version: TermsVersion) -> str:
    return comparison_digest(previous.version.text, version.text) if previous else ""


def _covers(version: TermsVersion, model: Model | None) -> list[dict[str, str]]:
    """Return the releases of the model at stages that ask for these terms, by their digests."""
    if model is None:
        return []
    return [
        {"release": str(release), "digest": release.digest or "", "stage": release.stage.slug}
        for release in outward_releases(model)
        if release.stage is not None and version.terms.slug in release.stage.terms
    ][:MOST_COVERED]
