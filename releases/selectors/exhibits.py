"""What of this room a dossier refers to, as the exhibits that boards know."""

from typing import Any

from django.utils.translation import gettext as _

from releases.models import Document, Evidence

Exhibit = dict[str, Any]


def exhibits_of(evidence: list[Evidence], attachments: list[Document]) -> list[Exhibit]:
    """Return the dossier's exhibits: evidence first, in the order in which it was added."""
    return [
        *(_of_evidence(each) for each in sorted(evidence, key=lambda item: item.pk)),
        *(_of_attachment(each) for each in attachments),
    ]


def _of_evidence(evidence: Evidence) -> Exhibit:
    return {
        "type": str(evidence.get_type_display()),
        "title": evidence.title,
        "digest": evidence.digest,
        "url": evidence.get_absolute_url(),
        "note": _("Run by %(who)s on %(ran)s; expires on %(expires)s.")
        % {
            "who": evidence.run_by,
            "ran": evidence.ran_at.date().isoformat(),
            "expires": evidence.expires_at.date().isoformat(),
        },
    }


def _of_attachment(document: Document) -> Exhibit:
    return {
        "type": _("Attachment"),
        "title": document.name,
        "digest": document.sha256,
        "url": document.get_absolute_url(),
        "note": document.media_type,
    }
