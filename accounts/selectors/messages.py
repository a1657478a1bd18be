"""Reading messages: what waits to be read, to be mailed, and to be summed up."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Substr

from accounts.models import Digest, Notification, NotificationPreference, User
from accounts.notices import OPTIONAL_GROUPS, Delivery, Group

# Of so many of the newest messages the names are offered that one can filter by.
_LOOKED_AT = 1000
_OFFERED = 100
# What is counted for a filter stops here.
COUNTED = 1000


def inbox(user: User) -> QuerySet[Notification]:
    """Return what the person may read in the portal, newest first."""
    return Notification.objects.filter(recipient=user, in_inbox=True)


def unread_count(user: User) -> int:
    """Return how many notifications wait to be read."""
    return inbox(user).filter(read_at__isnull=True).count()


@dataclass(frozen=True)
class InboxFilter:
    """What somebody wants to see of their inbox. `about` is a model or release by its name."""

    unread: bool = False
    group: Group | None = None
    about: str = ""


def filtered_inbox(user: User, chosen: InboxFilter) -> QuerySet[Notification]:
    """Return the messages that fit; those about a model include those about its releases."""
    found = inbox(user)
    if chosen.unread:
        found = found.filter(read_at__isnull=True)
    if chosen.group is not None:
        found = found.filter(group=chosen.group)
    if chosen.about:
        # Not by LIKE: a name may hold its wildcards.
        beginning = f"{chosen.about} "
        found = found.annotate(beginning=Substr("about", 1, len(beginning))).filter(
            Q(about=chosen.about) | Q(beginning=beginning)
        )
    return found


def count_up_to(found: QuerySet[Notification]) -> int:
    """Return how many there are, at most COUNTED and one."""
    return found.order_by()[: COUNTED + 1].count()


def unread_by_group(user: User) -> dict[str, int]:
    """Return how many unread messages each group has, of those that have any."""
    rows = (
        inbox(user).filter(read_at__isnull=True).order_by().values("group").annotate(n=Count("pk"))
    )
    return {row["group"]: row["n"] for row in rows}


def told_about(user: User) -> list[str]:
    """Return the models and releases that the newest of a person's messages are about, by name."""
    newest = inbox(user).order_by("-id").values("pk")[:_LOOKED_AT]
    names = Notification.objects.filter(pk__in=newest).exclude(about="").order_by("about")
    return list(names.values_list("about", flat=True).distinct()[:_OFFERED])


def delivery_of(user: User, group: Group) -> Delivery:
    """Return how a person wants messages of a group; without a choice, at once."""
    if group not in OPTIONAL_GROUPS:
        return Delivery.AT_ONCE
    chosen = NotificationPreference.objects.filter(user=user, group=group)
    found = chosen.values_list("delivery", flat=True).first()
    return Delivery(found) if found else Delivery.AT_ONCE


def deliveries_of(user: User) -> Mapping[Group, Delivery]:
    """Return how a person wants the messages of each group that can be turned off."""
    rows = NotificationPreference.objects.filter(user=user).values_list("group", "delivery")
    chosen = {Group(group): Delivery(delivery) for group, delivery in rows}
    return {group: chosen.get(group, Delivery.AT_ONCE) for group in OPTIONAL_GROUPS}


def owed_notifications(now: datetime) -> QuerySet[Notification]:
    """Return the mails that are due, the longest owed first."""
    return Notification.objects.filter(
        sent_at__isnull=True,
        given_up_at__isnull=True,
        delivery=Delivery.AT_ONCE,
        next_attempt_at__lte=now,
    ).order_by("next_attempt_at", "id")


def failing_notifications() -> QuerySet[Notification]:
    """Return the mails that could not be sent so far, or were given up, newest first."""
    return Notification.objects.filter(sent_at__isnull=True, attempts__gt=0)


def waiting_for_digest() -> QuerySet[Notification]:
    """Return what people who can sign in get by their next summary: unread, in none yet."""
    return Notification.objects.filter(
        delivery=Delivery.DAILY,
        digest__isnull=True,
        read_at__isnull=True,
        recipient__is_active=True,
    )


def zones_of_waiting() -> list[str]:
    """Return the time zones of those for whom something waits; "" for the portal's own."""
    names = waiting_for_digest().order_by("recipient__time_zone")
    return list(names.values_list("recipient__time_zone", flat=True).distinct())


def owed_a_digest(zone: str, day: date, before: datetime) -> QuerySet[Notification, int | None]:
    """Return whom a summary of the day is owed, in one time zone, by their ids."""
    made = Digest.objects.filter(recipient=OuterRef("recipient"), day=day)
    return (
        waiting_for_digest()
        .filter(~Exists(made), recipient__time_zone=zone, created_at__lt=before)
        .order_by("recipient")
        .values_list("recipient", flat=True)
        .distinct()
    )


def items_of(digest: Digest) -> QuerySet[Notification]:
    """Return what a summary sums up, in the order of groups and then of time."""
    return digest.notifications.order_by("group", "id")
