"""What the lists ask of safety leads."""

from django.db import models

from accounts.models import ScreeningHit
from licensing.models.grants import Grant


class SuspensionRequest(models.Model):
    """Leads are asked to suspend a grant: a party to it has exactly the name of a listed one.

    Open for as long as the hit is; nothing is suspended by it. Inserted only.
    """

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="suspension_requests")
    hit = models.ForeignKey(ScreeningHit, models.PROTECT, related_name="suspension_requests")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=["grant", "hit"], name="licensing_suspensionrequest_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.grant}: {self.hit}"
