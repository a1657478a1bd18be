"""The append-only event log, and the keys of the people it speaks of."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Events, subjects and their keys."""

    name = "audit"
