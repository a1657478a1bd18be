"""Models at stages, terms, applications and grants for tests.

Releases are plain rows: licensing never touches a byte, so there need be no files.
"""

import hashlib
import itertools
import json
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import (
    ListSnapshot,
    Organization,
    ScreeningHit,
    ScreeningList,
    ScreeningRound,
    User,
)
from accounts.services import screening
from accounts.services.screening import Party
from audit import personal
from boards.models import Board, Seat
from licensing import services
from licensing.models import Acceptance, Application, Ban, Grant, Suspension, TermsVersion
from licensing.selection import Criteria
from licensing.selectors import answers_of
from licensing.selectors.agreements import may_sign, version_in_force
from licensing.selectors.asked import sections_now
from licensing.selectors.reviews import checklist_of
from licensing.services.references import ask_references
from licensing.witness import Witness
from releases.choices import Right
from releases.models import Hold, Ladder, Model, Release, Stage
from releases.permissions import assign
from tests.factories import make_user

_numbers = itertools.count(1)

# slug: position, access mode, required tier, terms
STAGES = {
    "internal": (0, "none", 0, []),
    "trusted": (1, "api_named", 0, ["api-terms"]),
    "public": (2, "api_public", 0, ["api-terms"]),
    "gated": (3, "weights_gated", 0, ["api-terms", "weights-terms"]),
    "open": (4, "weights_open", 0, ["api-terms", "weights-terms"]),
}


def make_model(
    *,
    caps: dict[str, int] | None = None,
    tiers: dict[str, int] | None = None,
    terms: dict[str, list[str]] | None = None,
    second_factors: dict[str, timedelta] | None = None,
    reviewers: tuple[User, ...] = (),
) -> Model:
    """Make a model on a ladder of its own, with the stages above."""
    number = next(_numbers)
    ladder = Ladder.objects.create(
        name=f"ladder-{number}", version=1, title="A ladder", source="", digest="0" * 64
    )
    for slug, (position, mode, tier, slugs) in STAGES.items():
        Stage.objects.create(
            ladder=ladder,
            position=position,
            slug=slug,
            name=slug.capitalize(),
            description=slug,
            access_mode=mode,
            cohort_cap=(caps or {}).get(slug),
            minimum_soak=timedelta(0),
            cool_off=timedelta(0),
            voting_period=timedelta(days=1),
            required_tier=(tiers or {}).get(slug, tier),
            terms=(terms or {}).get(slug, slugs),
            rule={},
            irreversible=False,
            second_factor=(second_factors or {}).get(slug),
        )
    board = Board.objects.create(name=f"Board {number}", slug=f"licensing-board-{number}")
    model = Model.objects.create(
        namespace="acme", name=f"owl-{number}", title="Owl", board=board, ladder=ladder
    )
    for reviewer in reviewers:
        give_right(reviewer, Right.REVIEW_APPLICATION, model)
    return model


def give_right(user: User, right: Right, model: Model) -> None:
    """Give a staff right without its event, which is another room's business."""
    assign(user, right, model)


def make_reviewer(model: Model) -> User:
    """Make somebody who reviews the model's applications."""
    user = make_user()
    give_right(user, Right.REVIEW_APPLICATION, model)
    return user


def make_release(model: Model | None = None, stage: str = "gated") -> Release:
    """Make a sealed release at a stage."""
    number = next(_numbers)
    model = model or make_model()
    return Release.objects.create(
        model=model,
        version=f"v{number}",
        state="sealed",
        stage=stage_of(model, stage),
        staged_at=timezone.now(),
        digest=hashlib.sha256(f"release {number}".encode()).hexdigest(),
        source="/nowhere",
        sealed_at=timezone.now(),
    )


def stage_of(model: Model, slug: str) -> Stage:
    """Return a stage of the model's ladder."""
    return Stage.objects.get(ladder=model.ladder, slug=slug)


def put_at(
    release: Release,
    slug: str,
    *,
    cap: int | None = None,
    second_factor: timedelta | None = None,
) -> Release:
    """Move a release to a stage, as if the board had; with more, to a copy of it that is so."""
    stage = stage_of(release.model, slug)
    if cap is not None or second_factor is not None:
        # Stages are never changed: a higher cap is another stage, of a later ladder.
        number = next(_numbers)
        stage.ladder = Ladder.objects.create(
            name=f"ladder-{number}", version=2, title="A ladder", source="", digest="0" * 64
        )
        stage.pk = None
        stage.cohort_cap = stage.cohort_cap if cap is None else cap
        stage.second_factor = second_factor or stage.second_factor
        stage.save(force_insert=True)
    release.stage = stage
    release.save(update_fields=["stage"])
    return release


def make_hold(release: Release, kind: str = "all") -> Hold:
    """Place a hold on a release."""
    return Hold.objects.create(
        model=release.model,
        release=release,
        kind=kind,
        reason="Something is wrong.",
        placed_by=make_user(),
        review_at=timezone.now() + timedelta(days=1),
    )


def make_brake(model: Model) -> User:
    """Make somebody who may place holds on the model, and so bans."""
    user = make_user()
    give_right(user, Right.PLACE_HOLD, model)
    return user


def make_ban(holder: User | Organization, model: Model | None = None) -> Ban:
    """Ban a person or an organisation."""
    model = model or make_model()
    return services.place_ban(
        actor=make_brake(model), holder=holder, model=model, reason="Weights were resold."
    )


def make_suspension(model: Model, /, actor: User | None = None, **changes: Any) -> Suspension:
    """Suspend a selection of grants, those on the model if nothing else is said."""
    leave_out = changes.pop("leave_out", ())
    of_model: dict[str, Any] = {"model": model.pk, "model_name": str(model)}
    criteria = Criteria(**(of_model | changes))
    return services.suspend_selection(
        actor=actor or make_brake(model),
        model=model,
        criteria=criteria,
        reason="A letter came.",
        review_at=timezone.now() + timedelta(days=14),
        leave_out=leave_out,
    )


def make_seats(model: Model) -> dict[str, User]:
    """Seat a chair, a safety and an independent member on the model's board."""
    holders = {role: make_user() for role in ("chair", "safety", "independent")}
    for role, holder in holders.items():
        independent = role == "independent"
        Seat.objects.create(
            board=model.board,
            role=role,
            holder=holder,
            independent=independent,
            independence_basis="Paid by nobody." if independent else "",
        )
    return holders


def make_terms(slug: str = "api-terms", text: str = "", **more: Any) -> TermsVersion:
    """Publish a version of some terms."""
    return services.publish_terms(
        actor=None,
        slug=slug,
        title=f"The {slug}",
        text=text or f"# The {slug}\n\nBe careful, edition {next(_numbers)}.",
        **more,
    )


def make_all_terms() -> list[TermsVersion]:
    """Publish what the stages above ask for."""
    return [make_terms("api-terms"), make_terms("weights-terms")]


def accept(
    user: User,
    version: TermsVersion,
    organization: Organization | None = None,
    model: Model | None = None,
    **more: Any,
) -> Acceptance:
    """Accept a version as a browser would."""
    given: dict[str, Any] = {
        "typed_name": "Ada Lovelace",
        "consent": "By typing your name you agree. [I agree]",
        "ticks": tuple(clause["anchor"] for clause in version.risky),
        "witness": WITNESS,
    }
    return services.accept_terms(
        actor=user, version=version, organization=organization, model=model, **{**given, **more}
    )


WITNESS = Witness(address="192.0.2.7", agent="Firefox", host="sluice.example", locale="en")


def sign(user: User, version: TermsVersion, organization: Organization, **more: Any) -> Acceptance:
    """Sign a version for an organisation."""
    authority = f"I am authorised to bind {organization}."
    return accept(user, version, organization, official=True, authority=authority, **more)


def accept_all(
    user: User, model: Model | None = None, organization: Organization | None = None
) -> None:
    """Accept everything that is published; with `model`, as its page asks one to."""
    from licensing.models import Terms

    for terms in Terms.objects.all():
        version = version_in_force(terms)
        if version is None:
            continue
        if organization is not None and may_sign(user, organization):
            sign(user, version, organization)
        accept(user, version, organization, model)


def answers(**changes: Any) -> dict[str, Any]:
    """Return a complete set of answers."""
    end = timezone.localdate() + timedelta(days=200)
    given: dict[str, Any] = {
        "legal_name": "Ada Lovelace",
        "job_title": "Analyst",
        "work": "We study machines that compute, for a university.",
        "profile_url": "https://example.org/ada",
        "orcid": "0000-0002-1825-0097",
        "country": "DE",
        "purpose": "We want to measure how the model behaves under attack, and publish it.",
        "organization_legal_name": "Analytical Engines gGmbH",
        "organization_address": "Rotherstr. 1, 10245 Berlin",
        "organization_registration": "",
        "official_name": "Mary Somerville",
        "official_email": "mary@official.example",
        "official_position": "Director",
        "product": "A service in which our staff ask the model about their own documents.",
        "safeguards": "Prompts are filtered and logged, and read within a day.",
        "research_question": "Whether the model can be led to give away what it should not.",
        "research_method": "Four hundred prompts by hand and by machine, on one accelerator.",
        "research_outputs": "A paper with the prompts left out.",
        "safety_target": "Whether it helps with attacks on networks; outputs stay on one machine.",
        "disclosure_plan": "We write to you first and wait for thirty business days.",
        "safe_harbour": True,
        "funding": "A grant of the national science foundation.",
        "conflicts": "None.",
        "prior_access": "",
        "referees": [
            {
                "name": "Charles Babbage",
                "email": "charles@referee.example",
                "relation": "Supervised my thesis",
            }
        ],
        "ethics_status": "approved",
        "ethics_details": "Ethics board of the university, 12/2026.",
        "ethics_own": "",
        "alternative_evidence": "Three published reports of flaws, each credited by the vendor.",
        "risks_judged": "A colleague read the plan and found no risk.",
        "modes": ["api", "weights"],
        "uses": ["research", "safety_research"],
        "environments": ["isolated", "internal"],
        "sectors": ["science"],
        "regions": ["eea"],
        "end_date": end.isoformat(),
        "modification": ["fine_tune"],
        "redistribution": "none",
        "served": "staff",
        "usage": "medium",
        "changes_plan": "",
        "hosting_country": "DE",
        "hosting_place": "Our own rack in Berlin",
        "security_level": "sl2",
        "security": "Two people have keys; every access is logged.",
        "documents": [],
        "end_users": ["ada@example.org"],
        "audience": "",
        "incident_name": "Ada Lovelace",
        "incident_email": "ada@example.org",
        "incident_phone": "",
        "incident_reach": True,
        "export_statement": True,
        "truth_statement": True,
    }
    return {**given, **changes}


# What the demo's model asks beside the form.
DEMO_ANSWERS = {"own_site": "DE", "own_notes": "volunteers"}
SCOPE: dict[str, Any] = {
    "uses": ["research"],
    "environments": ["isolated"],
    "sectors": ["science"],
    "regions": ["eea"],
    "modification": [],
    "redistribution": "none",
    "served": "named",
    "usage": "small",
}


def make_draft(
    model: Model,
    applicant: User | None = None,
    organization: Organization | None = None,
    *,
    track: str | None = None,
    **changes: Any,
) -> Application:
    """Make a complete application that is not sent yet."""
    applicant = applicant or make_user()
    application = services.start_application(
        actor=applicant, model=model, organization=organization, track=track
    )
    put = {question.key for each in sections_now(application) for question in each.questions}
    own = {key: value for key, value in DEMO_ANSWERS.items() if key in put}
    return services.save_draft(
        actor=applicant, application=application, answers={**own, **answers(**changes)}
    )


def make_application(
    model: Model,
    applicant: User | None = None,
    organization: Organization | None = None,
    *,
    track: str | None = None,
    **changes: Any,
) -> Application:
    """Make an application and send it."""
    draft = make_draft(model, applicant, organization, track=track, **changes)
    return services.submit_application(actor=draft.applicant, application=draft)


def name_references(application: Application, **answers: Any) -> None:
    """Name referees or an official in the answers, as the form would, and ask them."""
    pseudonym = application.applicant.pseudonym
    token = application.sealed_answers
    private = json.loads(personal.unseal(pseudonym, token)) if token is not None else {}
    sealed = personal.seal(pseudonym, json.dumps(private | answers))
    Application.objects.filter(pk=application.pk).update(sealed_answers=sealed)
    application.refresh_from_db()
    with transaction.atomic():
        ask_references(actor=application.applicant, application=application)


def make_in_review(application: Application, reviewer: User | None = None) -> Application:
    """Have a reviewer take it."""
    reviewer = reviewer or make_reviewer(application.model)
    return services.claim_application(actor=reviewer, application=application)


def tick_all(application: Application, reviewer: User | None = None) -> Application:
    """Have the reviewer tick the whole checklist."""
    reviewer = reviewer or application.reviewer
    assert reviewer is not None
    items = [item.key for item in checklist_of(application).items]
    return services.tick_checklist(actor=reviewer, application=application, done=items)


def granted(application: Application, **changes: Any) -> dict[str, Any]:
    """Return what an approval grants."""
    given: dict[str, Any] = {
        "modes": answers_of(application)["modes"],
        "scope": SCOPE,
        "ends_at": timezone.now() + timedelta(days=100),
    }
    return {**given, **changes}


def approve(application: Application, **changes: Any) -> Grant:
    """Approve an application that is in review, by its reviewer."""
    assert application.reviewer is not None
    tick_all(application)
    return services.approve_application(
        actor=application.reviewer, application=application, **granted(application, **changes)
    )


def propose(application: Application, **changes: Any) -> Application:
    """Have the reviewer propose an approval to a second one."""
    assert application.reviewer is not None
    tick_all(application)
    return services.propose_approval(
        actor=application.reviewer,
        application=application,
        grounds="Known, careful, and asks for little.",
        **granted(application, **changes),
    )


def appeal(application: Application) -> Application:
    """Appeal against the decline of an application."""
    return services.appeal_application(
        actor=application.applicant, application=application, ground="The plan is in section 3."
    )


def decline(application: Application) -> Application:
    """Decline an application that is in review, by its reviewer."""
    assert application.reviewer is not None
    return services.decline_application(
        actor=application.reviewer, application=application, reason="No plan."
    )


def make_grant(
    model: Model,
    holder: User | None = None,
    organization: Organization | None = None,
    *,
    accepted: bool = True,
    **changes: Any,
) -> Grant:
    """Make a grant by application and review; the applicant accepts what is published."""
    application = make_in_review(make_application(model, holder, organization))
    grant = approve(application, **changes)
    if accepted:
        accept_all(application.applicant, organization=organization)
    grant.refresh_from_db()
    return grant


def make_hit(
    party: Party, *, exact: bool = True, source: str = "tests.reason", source_id: int = 0
) -> ScreeningHit:
    """Make a list entry that a party is like, without a list's file."""
    number = next(_numbers)
    on_list = ScreeningList.objects.create(
        slug=f"list-{number}", title=f"List {number}", format="plain"
    )
    begun = ScreeningRound.objects.create(
        lists=[{"list": on_list.slug, "snapshot": 0, "sha256": "0" * 64}],
        algorithm=settings.SCREENING.version,
        total=1,
    )
    (watch,) = screening.watch(source=source, source_id=source_id or number, parties=[party])
    return ScreeningHit.objects.create(
        watch=watch,
        on_list=on_list,
        key="e1",
        fingerprint="0" * 64,
        subject_digest="0" * 64,
        entry={"name": "Listed Name", "kind": "person"},
        matched="Listed Name",
        score=100 if exact else 85,
        exact=exact,
        route="stop" if exact else "review",
        round=begun,
        opened_at=timezone.now(),
    )


def make_confirmed(party: Party) -> ScreeningHit:
    """Make a party that somebody decided to be a listed one."""
    return screening.decide_hit(
        actor=make_user(), hit=make_hit(party), decision="them", reason="The same passport."
    )


def make_snapshot() -> ListSnapshot:
    """Make a list in force with no entry."""
    number = next(_numbers)
    on_list = ScreeningList.objects.create(
        slug=f"list-{number}", title=f"List {number}", format="plain"
    )
    return ListSnapshot.objects.create(
        on_list=on_list,
        state="current",
        sha256="0" * 64,
        size=1,
        file_name="list.csv",
        checked=0,
        current_at=timezone.now(),
    )
