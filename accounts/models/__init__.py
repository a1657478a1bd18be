"""People, organisations, what is known of them, their tokens and their notifications."""

from accounts.models.devices import Device, DeviceCodeGuess, DeviceSecret, DeviceSignIn
from accounts.models.links import Invitation, MailboxCheck
from accounts.models.networks import NetworkBlock, NetworkFile
from accounts.models.notifications import Digest, Notification, NotificationPreference
from accounts.models.organizations import (
    Clearance,
    FormerName,
    Membership,
    Organization,
    Tier,
)
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
    "Digest",
    "Disposition",
    "FormerName",
    "Invitation",
    "ListEntry",
    "ListSnapshot",
    "MailboxCheck",
    "Membership",
    "NetworkBlock",
    "NetworkFile",
    "Notification",
    "NotificationPreference",
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
