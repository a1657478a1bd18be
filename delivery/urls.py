"""Where files are fetched."""

from django.urls import path

from delivery import views

_RELEASE = "models/<slug:namespace>/<str:name>/<str:version>"

urlpatterns = [
    path(f"{_RELEASE}/SHA256SUMS", views.checksums, name="checksums"),
    path(f"{_RELEASE}/files/<path:path>", views.download, name="download"),
]
