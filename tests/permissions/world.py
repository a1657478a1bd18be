"""One object of each kind, and one person of each, on top of the demo's instance."""

import io
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Invitation, Membership, Notification, Organization, User
from accounts.notices import Group
from accounts.services import ask_domain, invite_member, look_up_device_code
from accounts.services.screening import Party
from accounts.stop_links import StopLink, sign_stop
from audit.selectors import signing_keys
from boards.models import Motion, Seat
from boards.services import draft_public_summary
from delivery.services import create_links
from licensing import services as licensing
from licensing.models import (
    Acceptance,
    Application,
    Grant,
    KnownAnswers,
    OwedDuty,
    ReferenceRequest,
)
from licensing.services.duties import FileGiven
from licensing.verdict import Context
from licensing.witness import Witness
from releases import services as releases
from releases.evidence.entry import Entry
from releases.models import Artifact, Hold, Transition
from tests.factories import (
    ask_for_codes,
    mailed_secret,
    make_clearance,
    make_organization,
    make_second_factor,
    make_token,
    make_user,
)
from tests.licensing.countries import make_licence
from tests.licensing.factories import make_hit, make_snapshot, make_suspension, name_references
from tests.releases.comparables import make_comparable, make_keeper
from tests.seeded import demo_release, person


@dataclass(frozen=True)
class World:
    """Who asks (but for the anonymous), and what the table's placeholders stand for."""

    people: dict[str, User]
    values: dict[str, Any]


def make_world() -> World:
    """Build it in the current transaction."""
    grantee, lead = person("deployer"), person("lead")
    applicant = person("ivan.petrov")
    outsider = make_user()
    make_organization(outsider, name="Another organisation")
    superuser = make_user(is_superuser=True)
    hold = releases.place_hold(
        actor=lead,
        model=demo_release("heron v1.0").model,
        release=demo_release("heron v1.0"),
        kind=Hold.Kind.ADMISSIONS,
        reason="To look at it.",
    )
    transition = Transition.objects.get(state="proposed")
    token, _ = make_token(grantee)
    [(_link, secret)] = create_links(
        actor=grantee,
        release=demo_release("heron v1.0"),
        artifacts=[Artifact.objects.get(release=demo_release("heron v1.0"), path="config.json")],
        hours=1,
        context=Context(),
    )
    make_second_factor(grantee)
    codes = ask_for_codes()
    comparable = make_comparable(lead, verifier=make_keeper())
    members = Membership.objects.filter(organization__memberships__user=grantee)
    organization = members.get(user=grantee).organization
    Organization.objects.filter(pk=organization.pk).update(domain="deployer.example")
    organization.refresh_from_db()
    invited = invite_member(
        actor=grantee, organization=organization, address="new@example.org", role="member"
    )
    invitation_secret = mailed_secret("accounts.invitation")
    Invitation.objects.filter(pk=invited.pk).update(sent_at=timezone.now() - timedelta(hours=1))
    own_invitation = invite_member(
        actor=grantee, organization=organization, address=applicant.email, role="member"
    )
    ask_domain(actor=grantee, organization=organization, address="admin@deployer.example")
    named = {"name": "R", "email": "referee@other.example", "relation": "A colleague"}
    draft = Application.objects.get(applicant=applicant)
    name_references(draft, referees=[named])
    name_references(
        Application.objects.get(applicant=person("grace.mbeki")),
        official_name="O",
        official_email="official@other.example",
        official_position="Head",
    )
    KnownAnswers.objects.create(
        application=draft,
        source=draft,
        sections=["hosting"],
        valid_until=timezone.now() + timedelta(days=30),
    )
    clearance = make_clearance(user=grantee, days=30)
    renewal = licensing.ask_renewal(actor=grantee, clearance=clearance, changed=False, note="")
    document = releases.keep_attachment(
        actor=lead, release=demo_release("heron v1.1"), file=io.BytesIO(b"Found."), name="a.txt"
    )
    evidence = releases.add_evidence(
        actor=lead,
        release=demo_release("heron v1.1"),
        entry=Entry("other", "Notes", "Heron lab", summary="Read on.", ran_at=timezone.now()),
        bound_to=demo_release("heron v1.1").digest or "",
        document=document,
    )
    voting = Motion.objects.get(kind="transition", state="voting")
    decided = Motion.objects.filter(tally__isnull=False).latest("pk")
    draft_public_summary(actor=lead, motion=decided, text="It moved on.")
    owed = OwedDuty.objects.get(grant__named_users__user=grantee, state="due")
    statement = licensing.perform_duty(
        actor=grantee,
        duty=owed,
        typed_name="A name",
        text="It is true.",
        answers={"within_scope": "yes", "use": "A little.", "position": "Owner"},
        witness=Witness(),
        file=FileGiven(io.BytesIO(b"A log."), "log.txt"),
    )
    values = {
        "duty": owed.public_id,
        "overdue": OwedDuty.objects.get(state="overdue").public_id,
        "statement": statement.public_id,
        "key": signing_keys()[0].fingerprint,
        "token": token.pk,
        "link": secret,
        "device_sign_in": look_up_device_code(actor=grantee, typed=codes.user_code).public_id,
        "stop_mail": sign_stop(StopLink(grantee.pseudonym, Group.REMINDERS)),
        "notification": Notification.objects.filter(recipient=grantee).latest("pk").pk,
        "organization": organization.slug,
        "reference": ReferenceRequest.objects.get(
            application=draft, kind="referee", replaced_at=None
        ).public_id,
        "reference_secret": mailed_secret("licensing.reference"),
        "clearance": clearance.pk,
        "renewal": renewal.public_id,
        "invitation": invited.public_id,
        "invitation_secret": invitation_secret,
        "own_invitation": own_invitation.public_id,
        "mailbox_secret": mailed_secret("accounts.mailbox_domain"),
        "membership": members.exclude(user=grantee).get().pk,
        "motion": voting.public_id,
        "board": voting.board.slug,
        "seat": Seat.objects.get(holder=lead).pk,
        "transition": transition.motion.public_id,
        "hold": hold.public_id,
        "evidence": evidence.public_id,
        "document": document.public_id,
        "blocker": releases.open_blocker(
            actor=lead,
            release=demo_release("heron v1.1"),
            title="A finding",
            reason="To look into it.",
        ).public_id,
        "decided": decided.public_id,
        "ban": licensing.place_ban(
            actor=lead, holder=make_user(), model=hold.model, reason="To look into it."
        ).public_id,
        "licence": make_licence(hold.model, organization, lead).public_id,
        "suspension": make_suspension(hold.model, lead, countries=("AQ",)).public_id,
        "banned": make_user().pseudonym,
        "hit": make_hit(
            Party(user=person("tomas.novak")),
            source="licensing.application",
            source_id=Application.objects.get(applicant=person("tomas.novak")).pk,
        ).public_id,
        "snapshot": make_snapshot().pk,
        "comparable": comparable.public_id,
        "comparable_result": comparable.results.get().public_id,
        "verification": comparable.verifications.get().public_id,
        "attachment": licensing.attach_file(
            actor=applicant,
            application=Application.objects.get(applicant=applicant),
            question="documents",
            file=io.BytesIO(b"A letter."),
            name="letter.txt",
        ).public_id,
        "application": Application.objects.get(applicant=applicant).public_id,
        "review": Application.objects.get(applicant=person("grace.mbeki")).public_id,
        "grant": Grant.objects.get().public_id,
        "acceptance": Acceptance.objects.filter(user=grantee).latest("pk").public_id,
        "grant_user": grantee.pseudonym,
        "job": demo_release("heron v1.0").pk,
        "user": grantee.pk,
        "organization_id": organization.pk,
    }
    return World(
        people={
            "applicant": applicant,
            "outsider": outsider,
            "grantee": grantee,
            "reviewer": person("reviewer"),
            "lead": lead,
            "operator": person("operator"),
            "superuser": superuser,
        },
        values=values,
    )
