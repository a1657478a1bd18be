"""One object of each kind around two models, and everybody who stands in some relation to them.

`MARK` is in every name and text that only some may read.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from accounts import services as accounts
from accounts.models import Membership, User
from accounts.services.screening import Party
from boards.models import Seat
from licensing import services
from licensing.models import Acceptance, Application, Capacity, ReferenceRequest
from licensing.own_questions import OwnQuestion, OwnQuestions
from releases.choices import Right
from releases.models import Model
from tests.factories import make_clearance, make_operator, make_organization, make_user
from tests.licensing.factories import (
    accept_all,
    appeal,
    approve,
    decline,
    give_right,
    make_all_terms,
    make_application,
    make_ban,
    make_draft,
    make_hit,
    make_in_review,
    make_model,
    make_release,
    make_snapshot,
    make_suspension,
    name_references,
)

MARK = "Quetzal"
ROLES = (
    "anonymous",
    "stranger",
    "applicant",
    "colleague",
    "former",
    "reviewer",
    "lead",
    "manager",
    "other_reviewer",
    "other_manager",
    "other_lead",
    "operator",
)


@dataclass(frozen=True)
class Objects:
    """Who asks, by role, and what the table's placeholders stand for."""

    people: dict[str, User]
    values: dict[str, Any]


def make_objects() -> Objects:
    """Make them in the current transaction, by the services that make them in life."""
    make_all_terms()
    # One open application a person and model, so there are three of the same staff's.
    own = (model, beside, third) = (make_model(), make_model(), make_model())
    other = make_model()
    for each in (*own, other):
        make_release(each, "gated")
    people = _people(own, other)
    organization = make_organization(
        people["applicant"],
        name=f"{MARK} Works",
        domain="quetzal.example",
        members=(people["colleague"], people["former"]),
    )
    accounts.end_membership(
        actor=people["applicant"],
        membership=Membership.objects.get(user=people["former"]),
        reason="Left.",
    )
    values = {
        "model": f"{model.namespace}/{model.name}",
        "beside": f"{beside.namespace}/{beside.name}",
        "organization": organization.slug,
        "membership": Membership.objects.get(user=people["colleague"]).pk,
        "invitation": accounts.invite_member(
            actor=people["applicant"],
            organization=organization,
            address="quetzal@example.org",
            role="member",
        ).public_id,
        "canned": services.add_canned_text(
            actor=people["lead"],
            title="Where it runs",
            text="Where does [the model] run?",
            kinds=["return"],
        ).public_id,
        **_terms_draft(model),
        **_grant(people, model, organization),
        **_applications(people, beside, third),
        **_stops(people, model),
    }
    _compose(people["manager"], model)
    # The last, as from then on there is a list that everybody is screened against.
    values["snapshot"] = make_snapshot().pk
    return Objects(people, values)


def _people(own: Sequence[Model], other: Model) -> dict[str, User]:
    people = {
        role: make_user(full_name=f"{role.replace('_', ' ')} person")
        for role in ROLES
        if role not in ("anonymous", "applicant", "operator")
    }
    people["applicant"] = make_user(full_name=f"{MARK} Person")
    people["operator"] = make_operator()
    rights = {
        "reviewer": (Right.REVIEW_APPLICATION,),
        "lead": (Right.PLACE_HOLD, Right.LEAD_REVIEW),
        "manager": (Right.MANAGE_RELEASE,),
    }
    for role, given in rights.items():
        for right in given:
            for model in own:
                give_right(people[role], right, model)
            give_right(people[f"other_{role}"], right, other)
    for role, on in (("lead", own[0]), ("other_lead", other)):
        Seat.objects.create(board=on.board, role="chair", holder=people[role])
    return people


def _terms_draft(model: Model) -> dict[str, Any]:
    counsel = make_user()
    Seat.objects.create(board=model.board, role="legal", holder=counsel)
    draft = services.save_terms_draft(
        actor=counsel,
        slug="new-terms",
        title="New terms",
        text=f"# Use\n\n{MARK} is the word.",
        change="material",
        grace_days=0,
        organization_signs=False,
    )
    return {"terms_draft": draft.pk}


def _grant(people: dict[str, User], model: Model, organization: Any) -> dict[str, Any]:
    applicant = people["applicant"]
    application = make_application(model, applicant, organization)
    grant = approve(make_in_review(application, people["reviewer"]))
    accept_all(applicant, organization=organization)
    grant.refresh_from_db()
    services.add_named_user(actor=applicant, grant=grant, user=people["colleague"])
    accepted = Acceptance.objects.filter(user=applicant)
    return {
        "grant": grant.public_id,
        "named_user": people["colleague"].pseudonym,
        "amendment": services.start_amendment(actor=applicant, grant=grant).public_id,
        "acceptance": accepted.filter(capacity=Capacity.ORGANIZATION).latest("pk").public_id,
        "signature": accepted.filter(capacity=Capacity.SIGNATORY).latest("pk").public_id,
    }


def _applications(people: dict[str, User], model: Model, third: Model) -> dict[str, Any]:
    applicant, reviewer = people["applicant"], people["reviewer"]
    declined = decline(
        make_in_review(
            make_application(model, applicant, make_organization(applicant, name=f"{MARK} Two"))
        )
    )
    appealed = appeal(
        decline(make_in_review(make_application(model, make_user(full_name=f"{MARK} Three"))))
    )
    draft = make_draft(model, applicant, purpose=f"{MARK} is what we want to understand well.")
    attachment = services.attach_file(
        actor=applicant,
        application=draft,
        question="documents",
        file=io.BytesIO(f"{MARK}, a letter.".encode()),
        name="letter.txt",
    )
    unsent = make_draft(third, applicant, make_organization(applicant, name=f"{MARK} Four"))
    unsent_file = services.attach_file(
        actor=applicant,
        application=unsent,
        question="documents",
        file=io.BytesIO(f"{MARK}, another letter.".encode()),
        name="letter.txt",
    )
    sent = services.submit_application(actor=applicant, application=draft)
    sent = make_in_review(sent, reviewer)
    services.add_note(actor=reviewer, application=sent, text=f"{MARK} seems careful.")
    name_references(
        sent,
        referees=[{"name": "R", "email": "referee@other.example", "relation": "A colleague"}],
        official_name="O",
        official_email="official@other.example",
        official_position="Head",
    )
    clearance = make_clearance(user=applicant, days=30)
    # Whoever has a clearance is every reviewer's concern; this one has none.
    hit = make_hit(
        Party(user=appealed.applicant), source="licensing.application", source_id=appealed.pk
    )
    references = ReferenceRequest.objects.filter(application=sent, replaced_at=None)
    return {
        "sent": sent.public_id,
        "draft": unsent.public_id,
        "declined": declined.public_id,
        "appealed": appealed.public_id,
        "attachment": attachment.public_id,
        "unsent_file": unsent_file.public_id,
        "reference": references.filter(kind="referee").latest("pk").public_id,
        "clearance": clearance.pk,
        "hit": hit.public_id,
        "changed": _sent_twice(model, reviewer).public_id,
    }


def _sent_twice(model: Model, reviewer: User) -> Application:
    application = make_in_review(
        make_application(model, make_user(full_name=f"{MARK} Five")), reviewer
    )
    application = services.return_application(
        actor=reviewer, application=application, message="Which rack?"
    )
    services.save_draft(
        actor=application.applicant,
        application=application,
        answers={"hosting_place": f"The rack called {MARK}"},
    )
    return services.submit_application(actor=application.applicant, application=application)


def _stops(people: dict[str, User], model: Model) -> dict[str, Any]:
    banned = make_user(full_name=f"{MARK} Banned")
    return {
        "suspension": make_suspension(model, people["lead"], countries=("AQ",)).public_id,
        "ban": make_ban(banned, model).public_id,
        "banned": banned.pseudonym,
    }


def _compose(manager: User, model: Model) -> None:
    asked = OwnQuestion("own_team", f"Who is {MARK}?", "text", required=False)
    drafted = OwnQuestions(questions=(asked,))
    services.change_questions(actor=manager, model=model, change=lambda _former: drafted)
