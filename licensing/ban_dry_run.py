"""What a ban would stop, and what it leaves alone, counted before it is placed."""

from collections.abc import Callable, Iterable

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organization, PersonalToken, User
from accounts.selectors import live_memberships, live_tokens_of
from licensing.dry_run import NAMED
from licensing.models import (
    LIVE_GRANT_STATES,
    OPEN_APPLICATION_STATES,
    Admission,
    Application,
    Grant,
)
from licensing.selectors import bans, holder_name
from licensing.selectors.bans import Holder
from releases.dry_run import Effect

# What the rooms above count of a person or an organisation that would be banned.
BanCounter = Callable[[Holder], list[Effect]]
_ban_counters: list[BanCounter] = []


def register_ban(counter: BanCounter) -> None:
    """Add what a room above counts. Called once, when the application starts."""
    if counter not in _ban_counters:
        _ban_counters.append(counter)


def count_banned(holder: Holder) -> list[Effect]:
    """Return what a ban would stop, and what it leaves alone."""
    held = list(bans.grants_held(holder).select_related("model").order_by("pk"))
    own = _of_person(holder) if isinstance(holder, User) else _of_organization(holder)
    return [
        Effect(
            _("Grants held"), len(held), names=tuple(_of_model(grant) for grant in held[:NAMED])
        ),
        *own,
        *(effect for count in _ban_counters for effect in count(holder)),
    ]


def _of_model(grant: Grant) -> str:
    return _("Grant of %(model)s: %(state)s") % {
        "model": grant.model,
        "state": grant.get_state_display(),
    }


def _of_person(person: User) -> list[Effect]:
    used = list(
        bans.grants_used(person)
        .exclude(person=person)
        .select_related("model", "organization", "person")
        .order_by("pk")
    )
    return [
        Effect(
            _("Grants of organisations that name them"),
            len(used),
            help=_("For them only; the others who are named go on."),
            names=tuple(
                _("Named on the grant of %(model)s to %(holder)s")
                % {"model": grant.model, "holder": holder_name(grant)}
                for grant in used[:NAMED]
            ),
        ),
        *_held_places({"grant__person": person}),
        _open_applications({"applicant": person}),
        Effect(
            _("Personal tokens and signed-in devices"),
            live_tokens_of(person, timezone.now()).count(),
            help=_("They stay listed, and open no model."),
        ),
    ]


def _of_organization(organization: Organization) -> list[Effect]:
    members = live_memberships().filter(organization=organization)
    named = (
        bans.grants_held(organization)
        .filter(named_users__ended_at__isnull=True)
        .values("named_users__user")
        .distinct()
        .count()
    )
    tokens = PersonalToken.objects.filter(
        user__in=members.values("user"), revoked_at__isnull=True, expires_at__gt=timezone.now()
    )
    return [
        Effect(_("People named on them"), named),
        *_held_places({"grant__organization": organization}),
        _open_applications({"organization": organization}),
        Effect(
            _("Members"),
            0,
            members.count(),
            _("They keep their accounts, and what they hold without the organisation."),
        ),
        Effect(
            _("Tokens of members"),
            0,
            tokens.count(),
            _("They open nothing that the organisation holds."),
        ),
    ]


def _held_places(holder: dict[str, Holder]) -> Iterable[Effect]:
    places = Admission.objects.filter(**holder, grant__state__in=LIVE_GRANT_STATES)
    return (
        Effect(
            _("Places in a cohort"),
            places.filter(state="admitted").count(),
            help=_("They are kept, so that a ban that is lifted gives them back."),
        ),
        Effect(_("Waiting for a place"), places.filter(state="queued").count()),
    )


def _open_applications(of: dict[str, Holder]) -> Effect:
    return Effect(
        _("Applications under way"),
        Application.objects.filter(**of, state__in=OPEN_APPLICATION_STATES).count(),
        help=_("They cannot be sent or approved."),
    )
