"""For the operator to look things up: nothing can be added, changed or deleted here."""

from typing import TYPE_CHECKING

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from accounts.models import Organization, User

if TYPE_CHECKING:
    _Admin = admin.ModelAdmin[Model]
else:
    _Admin = admin.ModelAdmin


class ReadOnlyAdmin(_Admin):
    """Governed state changes by services only, and only where a right says so."""

    actions = None

    # ruff: noqa: ARG002 - Django's signatures

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Let every operator look."""
        return request.user.is_active and request.user.is_staff

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the room to every operator."""
        return request.user.is_active and request.user.is_staff

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Refuse, superusers included."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Refuse, superusers included."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Refuse, superusers included."""
        return False


@admin.register(User)
class UserAdmin(ReadOnlyAdmin):
    """People, without password hashes."""

    list_display = ("email", "full_name", "is_active", "is_staff", "date_joined", "last_login")
    list_filter = ("is_active", "is_staff")
    search_fields = ("email", "full_name", "pseudonym")
    ordering = ("-date_joined",)
    fields = (
        "email",
        "full_name",
        "pseudonym",
        "is_active",
        "is_staff",
        "is_superuser",
        "date_joined",
        "last_login",
        "erased_at",
    )
    readonly_fields = fields


@admin.register(Organization)
class OrganizationAdmin(ReadOnlyAdmin):
    """Organisations."""

    list_display = ("name", "country", "domain", "created_at")
    list_filter = ("country",)
    search_fields = ("name", "slug", "domain")
    fields = ("name", "slug", "domain", "country", "created_at")
    readonly_fields = fields
