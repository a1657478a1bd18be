"""The demo's applications, one in each state, and the deployer's grant."""

from datetime import datetime, timedelta

from django.utils import timezone

from accounts import services as accounts
from accounts.models import Organization, User
from licensing import gated_yaml
from licensing import services as licensing
from licensing.application_form import scope_asked
from licensing.models import Application, Grant, OwedDuty, TermsVersion
from licensing.selection import Criteria
from licensing.selectors import answers_of
from licensing.selectors.agreements import versions_in_force
from licensing.selectors.reviews import checklist_of
from licensing.services import duties
from licensing.witness import Witness
from portal.seed import texts
from portal.seed.mail import newest_secret
from portal.seed.people import People
from releases.models import Model, Release

TIER = 2


def make_questions(people: People, model: Model) -> None:
    """Have the model ask questions of its own."""
    lead, own = people["lead"], gated_yaml.read(texts.QUESTIONS).own
    licensing.change_questions(actor=lead, model=model, change=lambda _former: own)
    licensing.publish_questions(actor=lead, model=model)


def make_access(people: People, model: Model) -> None:
    """Make the grant of the deployer, and the applications of the others."""
    _duties(_grant(people, model))
    _draft(people["mina.park"], model)
    _submit(people["tomas.novak"], model, None)
    _in_review(people, model)
    _returned(people, model)
    _declined(people, model)
    _referred(people, model)
    _awaiting_second(people, model)
    _appealed(people, model)
    _lapsed(people, model)
    for title, text in texts.CANNED.items():
        licensing.add_canned_text(
            actor=people["lead"], title=title, text=text, kinds=["return", "decline"]
        )
    _change_terms()
    _renewal(people)
    withdrawn = _submit(people["hugo.silva"], model, None)
    licensing.withdraw_application(actor=people["hugo.silva"], application=withdrawn)
    _suspension(people, model)


def _suspension(people: People, model: Model) -> None:
    """Suspend what nobody has yet: whoever comes under it later is stopped."""
    licensing.suspend_selection(
        actor=people["lead"],
        model=model,
        criteria=Criteria(
            model=model.pk,
            model_name=str(model),
            access_modes=("weights_open",),
            unknown_country=True,
        ),
        reason=texts.SUSPENDED,
        review_at=timezone.now() + timedelta(days=14),
    )


def _grant(people: People, model: Model) -> Grant:
    """Take the deployer the whole way: applied, approved, terms accepted, admitted."""
    deployer, reviewer = people["deployer"], people["reviewer"]
    application = _submit(deployer, model, people.deployers)
    application = licensing.claim_application(actor=reviewer, application=application)
    _tick(application, reviewer)
    grant = licensing.approve_application(
        actor=reviewer,
        application=application,
        modes=["api", "weights"],
        scope=scope_asked(answers_of(application)),
        ends_at=_in_a_year(),
        named_users=[deployer],
        tier=TIER,
    )
    releases = Release.objects.filter(model=model, state="sealed").select_related("stage")
    slugs = {slug for release in releases if release.stage for slug in release.stage.terms}
    for version in versions_in_force(slugs).values():
        for official in (True, False):
            accept(deployer, version, people.deployers, official=official)
    grant = licensing.activate_grant(actor=None, grant=grant)
    if grant.state != "active":
        raise RuntimeError(f"The deployer's grant is {grant.state}, not active.")
    return grant


def _duties(grant: Grant) -> None:
    """Open the deployer's duties as time will, and let one of them be overdue already."""
    now = timezone.now()
    for months in (3, 6):
        duties.settle_duties(grant_id=grant.pk, now=now + timedelta(days=31 * months - 20))
    owed = OwedDuty.objects.filter(grant=grant)
    owed.filter(terms__slug="api-terms").update(due_at=_midnight(now + timedelta(days=12)))
    owed.filter(terms__slug="weights-terms").update(due_at=_midnight(now - timedelta(days=3)))
    duties.tell_of_duties()


def _midnight(moment: datetime) -> datetime:
    return timezone.localtime(moment).replace(hour=0, minute=0, second=0, microsecond=0)


def _change_terms() -> None:
    """Change an agreement materially: whoever accepted it has a month to accept it anew."""
    title, _text = texts.terms("api-terms")
    licensing.publish_terms(
        actor=None,
        slug="api-terms",
        title=title,
        text=texts.next_api_terms(),
        duties=texts.DUTIES["api-terms"],
        grace_days=30,
    )


def accept(
    person: User, version: TermsVersion, organization: Organization | None, *, official: bool
) -> None:
    """Accept a version as the person would on its page, or sign it for the organisation."""
    licensing.accept_terms(
        actor=person,
        version=version,
        organization=organization,
        official=official,
        authority=texts.AUTHORITY if official else "",
        typed_name=person.full_name,
        consent=texts.SIGNED if official else texts.CONSENT,
        ticks=tuple(clause["anchor"] for clause in version.risky),
        witness=Witness(address="127.0.0.1", agent="seed", displayed_at=timezone.now()),
    )


def _tick(application: Application, reviewer: User) -> None:
    items = [item.key for item in checklist_of(application).items]
    licensing.tick_checklist(actor=reviewer, application=application, done=items)


def _in_a_year() -> datetime:
    return timezone.now() + timedelta(days=360)


def _draft(person: User, model: Model) -> Application:
    application = licensing.start_application(actor=person, model=model, organization=None)
    answers = texts.answers(person, _in_a_year().date())
    started = {key: answers[key] for key in ("legal_name", "job_title", "country", "purpose")}
    return licensing.save_draft(actor=person, application=application, answers=started)


def _submit(person: User, model: Model, organization: Organization | None) -> Application:
    application = licensing.start_application(actor=person, model=model, organization=organization)
    answers = texts.answers(person, _in_a_year().date())
    application = licensing.save_draft(actor=person, application=application, answers=answers)
    return licensing.submit_application(actor=person, application=application)


def _in_review(people: People, model: Model) -> None:
    application = _submit(people["grace.mbeki"], model, None)
    licensing.answer_reference(
        secret=newest_secret("licensing.reference"), vouches=True, said=texts.REFERENCE
    )
    licensing.claim_application(actor=people["reviewer"], application=application)


def _returned(people: People, model: Model) -> None:
    application = _submit(people["ivan.petrov"], model, None)
    application = licensing.claim_application(actor=people["reviewer2"], application=application)
    licensing.return_application(
        actor=people["reviewer2"], application=application, message=texts.RETURNED
    )


def _renewal(people: People) -> None:
    """Have somebody whose clearance ends ask for its renewal."""
    clearance = accounts.grant_clearance(
        actor=people["reviewer"],
        user=people["tomas.novak"],
        tier=TIER,
        expires_at=timezone.now() + timedelta(days=20),
    )
    licensing.ask_renewal(actor=people["tomas.novak"], clearance=clearance, changed=False, note="")


def _referred(people: People, model: Model) -> None:
    application = _submit(people["noor.haidari"], model, None)
    application = licensing.claim_application(actor=people["reviewer2"], application=application)
    licensing.refer_application(
        actor=people["reviewer2"], application=application, **texts.REFERRED
    )


def _awaiting_second(people: People, model: Model) -> None:
    application = _submit(people["lena.koch"], model, None)
    application = licensing.claim_application(actor=people["reviewer2"], application=application)
    _tick(application, people["reviewer2"])
    licensing.propose_approval(
        actor=people["reviewer2"],
        application=application,
        grounds=texts.GROUNDS,
        modes=["api"],
        scope=scope_asked(answers_of(application)),
        ends_at=_in_a_year(),
        tier=3,
    )


def _appealed(people: People, model: Model) -> None:
    application = _submit(people["omar.diallo"], model, None)
    application = licensing.claim_application(actor=people["reviewer2"], application=application)
    application = licensing.decline_application(
        actor=people["reviewer2"], application=application, reason=texts.DECLINED
    )
    licensing.appeal_application(
        actor=people["omar.diallo"], application=application, ground=texts.APPEAL
    )


def _lapsed(people: People, model: Model) -> None:
    """Return an application whose time to answer has run out meanwhile."""
    application = _submit(people["ruth.levi"], model, None)
    application = licensing.claim_application(actor=people["reviewer"], application=application)
    application = licensing.return_application(
        actor=people["reviewer"], application=application, message=texts.RETURNED
    )
    Application.objects.filter(pk=application.pk).update(answer_by=timezone.now())
    licensing.lapse_returned(application=application)


def _declined(people: People, model: Model) -> None:
    application = _submit(people["sara.nilsson"], model, None)
    application = licensing.claim_application(actor=people["reviewer2"], application=application)
    licensing.decline_application(
        actor=people["reviewer2"], application=application, reason=texts.DECLINED
    )
