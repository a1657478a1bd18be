"""Where files are fetched."""

from django.urls import path

from delivery.views import files, links, record

_RELEASE = "models/<slug:namespace>/<str:name>/<str:version>"

urlpatterns = [
    path(f"{_RELEASE}/SHA256SUMS", files.checksums, name="checksums"),
    path(f"{_RELEASE}/model.sig", files.model_signature, name="model_signature"),
    path(f"{_RELEASE}/aria2.txt", files.aria2, name="aria2"),
    path(f"{_RELEASE}/files/<path:path>", files.download, name="download"),
    path(f"{_RELEASE}/links/", links.release_links, name="release_links"),
    path(f"{_RELEASE}/links/revoke/", links.links_revoke, name="links_revoke"),
    path("downloads/", record.my_downloads, name="my_downloads"),
    path("downloads/export/", record.my_downloads_export, name="my_downloads_export"),
    path(f"{_RELEASE}/downloads/", record.release_downloads, name="release_downloads"),
    path(
        f"{_RELEASE}/downloads/export/",
        record.release_downloads_export,
        name="release_downloads_export",
    ),
    path("downloads/grants/<uuid:public_id>/", record.grant_downloads, name="grant_downloads"),
    path(
        "downloads/grants/<uuid:public_id>/export/",
        record.grant_downloads_export,
        name="grant_downloads_export",
    ),
    # Its secret is blanked in the log: delivery.log_filter.
    path("d/<str:secret>/<str:filename>", links.link_download, name="link_download"),
]
