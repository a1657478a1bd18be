"""The times of a review. None of them decides anything: they order, remind and lapse."""

from datetime import datetime, timedelta

from django.conf import settings

_SATURDAY = 5

# How long an applicant has to answer questions, unless the reviewer says otherwise.
ANSWER_DAYS = 28
LONGEST_ANSWER_DAYS = 180
# The applicant is reminded this long before a returned application lapses.
ANSWER_REMINDER = timedelta(days=7)
# A draft that nobody touches: the applicant is reminded after so long, and it lapses after so long,
# but never sooner than a week after the reminder.
DRAFT_REMINDER = timedelta(days=30)
DRAFT_LAPSES = timedelta(days=90)
DRAFT_NOTICE = timedelta(days=7)
# For how long a decline can be appealed.
APPEAL_PERIOD = timedelta(days=30)
# Who left an organisation this recently still reviews none of its applications.
FORMER_MEMBER = timedelta(days=365)


def service_days(own: int | None) -> int:
    """Return the working days to an answer: the model's own, or the portal's."""
    return own or settings.REVIEW_SERVICE_DAYS


def after_working_days(start: datetime, days: int) -> datetime:
    """Return the same time of day that many working days later; Saturdays and Sundays are none.

    Holidays are not known here: they differ from one country to the next.
    """
    moment = start
    while days:
        moment += timedelta(days=1)
        days -= moment.weekday() < _SATURDAY
    return moment


def working_days_between(start: datetime, end: datetime) -> int:
    """Return how many working days have begun since `start`, its own day not counted."""
    days = max((end.date() - start.date()).days, 0)
    weeks, rest = divmod(days, 7)
    begun = (start.weekday() + 1 + number for number in range(rest))
    return weeks * 5 + sum(day % 7 < _SATURDAY for day in begun)
