"""The operator's pages of lists of restricted parties, mounted at /operation/lists/."""

from django.urls import path

from accounts.views import lists

urlpatterns = [
    path("", lists.screening_lists, name="screening_lists"),
    path("new/", lists.screening_upload, name="screening_upload"),
    path("<int:snapshot_id>/", lists.screening_snapshot, name="screening_snapshot"),
    path(
        "<int:snapshot_id>/compare/<int:other_id>/",
        lists.screening_compare,
        name="screening_compare",
    ),
]
