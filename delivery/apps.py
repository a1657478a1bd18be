"""PLACEHOLDER"""

from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    """PLACEHOLDER"""

    name = "delivery"
