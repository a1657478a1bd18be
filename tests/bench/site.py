"""The portal with one more address: a view that makes one primary-key lookup and nothing else."""

import os

import django
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.urls import path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup(set_prefix=False)

from portal.urls import urlpatterns  # noqa: E402 - after the settings
from releases.models import Artifact  # noqa: E402


def lookup(_request: HttpRequest, artifact_id: int) -> HttpResponse:
    """Answer with what one row holds."""
    return HttpResponse(Artifact.objects.get(pk=artifact_id).sha256)


urlpatterns.insert(0, path("bench/artifacts/<int:artifact_id>", lookup))
application = WSGIHandler()
