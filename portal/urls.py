"""Every address of the portal."""

from django.contrib import admin
from django.urls import include, path

from portal.api import api
from portal.views import dashboard, errors, health, home, mail, operator, releases

urlpatterns = [
    path("", home.home, name="home"),
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("models/<slug:namespace>/<str:name>/", releases.model_page, name="model_page"),
    path(
        "models/<slug:namespace>/<str:name>/<str:version>/",
        releases.release_page,
        name="release_page",
    ),
    path("", include("delivery.urls")),
    path("account/", include("accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("boards/", include("boards.urls")),
    path("releases/", include("releases.urls")),
    path("licensing/", include("licensing.urls")),
    path("operation/", operator.operator, name="operator"),
    path("operation/mail/<int:notification_id>/retry/", operator.retry_mail, name="retry_mail"),
    path("operation/releases/<int:release_id>/retry/", operator.retry_job, name="retry_job"),
    path("admin/", admin.site.urls),
    path("demo/mail/", mail.demo_mail, name="demo_mail"),
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
    path("robots.txt", health.robots, name="robots"),
    path("", api.urls),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.failed
