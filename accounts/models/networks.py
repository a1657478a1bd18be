"""In which countries blocks of addresses are registered, as the operator loaded them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class NetworkFile(models.Model):
    """What one regional internet registry published last, as far as it was loaded."""

    registry = models.CharField(max_length=12, unique=True)
    serial = models.CharField(max_length=40, help_text=_("The date or time that the file states"))
    sha256 = models.CharField(max_length=64)
    blocks_count = models.PositiveIntegerField()
    loaded_at = models.DateTimeField()

    class Meta:
        ordering = ("registry",)

    def __str__(self) -> str:
        return f"{self.registry} {self.serial}"


class NetworkBlock(models.Model):
    """Addresses from the first to the last, which are registered in one country."""

    file = models.ForeignKey(NetworkFile, models.CASCADE, related_name="blocks")
    first = models.GenericIPAddressField()
    last = models.GenericIPAddressField()
    country = models.CharField(max_length=2)

    class Meta:
        ordering = ("first", "id")
        indexes = (models.Index(fields=["first"], name="accounts_networkblock_first"),)
        constraints = (
            models.CheckConstraint(
                name="accounts_networkblock_in_order",
                condition=models.Q(first__lte=models.F("last")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.first} to {self.last}: {self.country}"
