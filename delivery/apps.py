"""Handing over bytes."""

from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    """Downloads and the gateway check; no models."""

    name = "delivery"
