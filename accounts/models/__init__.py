"""People, organisations, what is known of them, their tokens and their notifications."""

from accounts.models.devices import Device, DeviceCodeGuess, DeviceSecret, DeviceSignIn
from accounts.models.notifications import Notification
from accounts.models.organizations import Clearance, Membership, Organization, Tier
from accounts.models.people import User
from accounts.models.screening import (
    Disposition,
    ListEntry,
    ListSnapshot,
    ScreeningHit,
    ScreeningList,
    ScreeningResult,
    ScreeningRound,
    Watch,
    WatchReason,
)
from accounts.models.tokens import PersonalToken

__all__ = [
    "Clearance",
    "Device",
    "DeviceCodeGuess",
    "DeviceSecret",
    "DeviceSignIn",
    "Disposition",
    "ListEntry",
    "ListSnapshot",
    "Membership",
    "Notification",
    "Organization",
    "PersonalToken",
    "ScreeningHit",
    "ScreeningList",
    "ScreeningResult",
    "ScreeningRound",
    "Tier",
    "User",
    "Watch",
    "WatchReason",
]
