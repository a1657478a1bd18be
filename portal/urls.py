"""Every address of the portal."""

from django.urls import include, path

from boards.views import record_schema
from licensing.views.accepting import receipt_schema
from licensing.views.duties import duty_schema
from portal.admin import site as admin_site
from portal.api import api
from portal.views import errors, health, home, keys, mail, releases
from portal.views.about import taxonomy
from portal.views.dashboard import dashboard
from portal.views.operator import operator, retry_job, retry_mail

urlpatterns = [
    path("", home.home, name="home"),
    path("dashboard/", dashboard, name="dashboard"),
    path("models/<slug:namespace>/<str:name>/", releases.model_page, name="model_page"),
    path(
        "models/<slug:namespace>/<str:name>/<str:version>/",
        releases.release_page,
        name="release_page",
    ),
    path("", include("delivery.urls")),
    path("hf/oauth/", include("accounts.oauth_urls")),
    path("hf/", include("delivery.hub.urls")),
    path("account/", include("accounts.urls")),
    path("accounts/", include("accounts.sign_in_urls")),
    path("boards/", include("boards.urls")),
    path("releases/", include("releases.urls")),
    path("licensing/", include("licensing.urls")),
    path("operation/lists/", include("accounts.list_urls")),
    path("operation/", operator, name="operator"),
    path("operation/mail/<int:notification_id>/retry/", retry_mail, name="retry_mail"),
    path("operation/releases/<int:release_id>/retry/", retry_job, name="retry_job"),
    path("admin/", admin_site.urls),
    path("demo/mail/", mail.demo_mail, name="demo_mail"),
    path("demo/mail/<str:key>/", mail.demo_mail_message, name="demo_mail_message"),
    path("demo/mail/<str:key>/html/", mail.demo_mail_html, name="demo_mail_html"),
    path("about/taxonomy/", taxonomy, name="taxonomy"),
    path("keys/", keys.key_list, name="key_list"),
    path("keys/<str:fingerprint>.pem", keys.public_key, name="public_key"),
    path("predicates/board-decision/v1", record_schema, name="record_schema"),
    path("predicates/terms-acceptance/v1", receipt_schema, name="receipt_schema"),
    path("predicates/duty-statement/v1", duty_schema, name="duty_schema"),
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
    path("robots.txt", health.robots, name="robots"),
    path("", api.urls),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler429 = errors.too_many
handler500 = errors.failed
