"""Publishing terms, and accepting them."""

import hashlib

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.models import Organization, User
from audit import personal
from audit.models import Subject
from audit.services import record
from common.errors import Refused
from common.markdown import render_markdown
from common.request_id import current_request_id
from licensing import notifications, permissions, selectors
from licensing.actions import Action
from licensing.models import Acceptance, Terms, TermsVersion
from licensing.services import admissions, grants
from licensing.services.guards import (
    line_of,
    lock_parties,
    require_active,
    require_member,
    require_not_banned,
    text_of,
)
from releases.models import Model

TEXT_LENGTH = 200_000


@transaction.atomic
def publish_terms(*, actor: User | None, slug: str, title: str, text: str) -> TermsVersion:
    """Publish a version of an agreement, in force at once. `actor` is None for the command.

    The same text as the version in force is that version: nothing is published twice.
    """
    if actor is not None and not permissions.can_publish_terms(actor):
        raise Refused(_("Only the holder of a legal seat publishes terms."))
    if not slug or slug != slugify(slug) or len(slug) > 60:
        raise Refused(_("The short name may hold small letters, digits and hyphens, 60 at most."))
    title = line_of(title, _("Title"), max_length=160)
    text = text_of(text, _("Text"), max_length=TEXT_LENGTH)
    terms, _made = Terms.objects.get_or_create(slug=slug, defaults={"title": title})
    terms = Terms.objects.select_for_update(no_key=True).get(pk=terms.pk)
    former = selectors.version_in_force(terms)
    if former is not None and former.text == text:
        return former
    if terms.title != title:
        terms.title = title
        terms.save(update_fields=["title"])
    html = render_markdown(text)
    version = TermsVersion.objects.create(
        terms=terms,
        number=former.number + 1 if former else 1,
        text=text,
        html=html,
        text_sha256=_sha256(text),
        html_sha256=_sha256(html),
        published_by=actor,
    )
    record(
        actor=actor,
        action=Action.TERMS_PUBLISHED,
        target=version,
        also=(terms,),
        data={"slug": slug, "number": version.number, "text_sha256": version.text_sha256},
    )
    return version


@transaction.atomic
def accept_terms(
    *,
    actor: User,
    version: TermsVersion,
    organization: Organization | None = None,
    typed_name: str,
    consent: str,
    address: str,
    agent: str,
    model: Model | None = None,
) -> Acceptance:
    """Keep the evidence that a person agreed to a text, and let in whom that lets in.

    `consent` is the sentence and the button's label as shown. With `model`, acceptance at a
    public stage makes the self-service grant. Accepting twice is accepting once.
    """
    # Serialises this person's acceptances, so that two clicks find each other.
    lock_parties(actor, organization)
    require_active(actor)
    require_member(actor, organization)
    require_not_banned(actor, organization)
    version = TermsVersion.objects.select_related("terms").get(pk=version.pk)
    accepted = selectors.acceptance_of(actor, version, organization)
    if accepted is None:
        accepted = _insert_acceptance(
            actor, version, organization, typed_name, consent, address, agent
        )
    admissions.settle_pending_grants_of(actor, organization)
    if model is not None:
        grants.create_self_service_grant(actor=actor, model=model, organization=organization)
    return accepted


def _insert_acceptance(
    actor: User,
    version: TermsVersion,
    organization: Organization | None,
    typed_name: str,
    consent: str,
    address: str,
    agent: str,
) -> Acceptance:
    in_force = selectors.version_in_force(version.terms)
    if in_force is not None and in_force.pk != version.pk:
        raise Refused(
            _("These terms have a newer version, %(number)s. Read that one and accept it.")
            % {"number": in_force.number}
        )
    if _sha256(version.html) != version.html_sha256 or _sha256(version.text) != version.text_sha256:
        raise Refused(_("The stored text does not match its digest. Tell the operator."))
    typed_name = line_of(typed_name, _("Legal name"), max_length=200)
    if len(typed_name) < 3:
        raise Refused(_("Legal name: write your full legal name."))
    try:
        subject = Subject.objects.get(pk=actor.pseudonym)
    except Subject.DoesNotExist:
        raise Refused(_("Your account is closed.")) from None
    acceptance = Acceptance.objects.create(
        version=version,
        user=actor,
        organization=organization,
        capacity=Acceptance.Capacity.ORGANIZATION if organization else Acceptance.Capacity.SELF,
        consent=text_of(consent, _("Consent"), max_length=2000),
        text_sha256=version.text_sha256,
        html_sha256=version.html_sha256,
        sealed_name=personal.seal_with(subject, typed_name),
        sealed_address=personal.seal_with(subject, address[:64]),
        sealed_agent=personal.seal_with(subject, agent[:400]),
        request_id=current_request_id(),
    )
    record(
        actor=actor,
        action=Action.TERMS_ACCEPTED,
        target=acceptance,
        also=(version, version.terms),
        data={
            "slug": version.terms.slug,
            "number": version.number,
            "capacity": acceptance.capacity,
            "text_sha256": acceptance.text_sha256,
            "html_sha256": acceptance.html_sha256,
        },
    )
    notifications.terms_accepted(acceptance)
    return acceptance


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
