"""Which documents something refers to: evidence, or the dossier of a motion, also a former one."""

from datetime import datetime

from boards.dossier import EXHIBITS
from boards.models import Dossier
from releases.models import Document, Evidence


def unused_documents(before: datetime) -> list[Document]:
    """Return what was uploaded before then and nothing refers to, the oldest first."""
    filed = Evidence.objects.filter(file__isnull=False).values("file")
    rows = Document.objects.filter(uploaded_at__lt=before).exclude(pk__in=filed).order_by("id")
    named = _urls_named()
    return [document for document in rows if document.get_absolute_url() not in named]


def _urls_named() -> set[str]:
    exhibits = Dossier.objects.filter(content__has_key=EXHIBITS).values_list(
        f"content__{EXHIBITS}", flat=True
    )
    return {
        each.get("url", "") for entries in exhibits.iterator(chunk_size=500) for each in entries
    }


def is_used(document: Document) -> bool:
    """Tell whether anything refers to the document now."""
    named = {f"content__{EXHIBITS}__contains": [{"url": document.get_absolute_url()}]}
    return (
        Evidence.objects.filter(file=document).exists() or Dossier.objects.filter(**named).exists()
    )
