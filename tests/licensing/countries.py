"""Country tables for tests."""

import io
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Organization, User
from licensing import services
from licensing.countries.table import GIVING
from licensing.models import CountryVersion, ExportLicence
from releases.models import Model
from tests.licensing.factories import make_brake


def table_text(
    *,
    title: str = "Countries",
    everyone_else: str = "allow",
    unknown: str = "allow",
    countries: Mapping[str, str] | None = None,
    groups: Mapping[str, Sequence[str]] | None = None,
    of_groups: Mapping[str, str] | None = None,
    at: Sequence[str] = GIVING,
) -> str:
    """Return a table that does the same at each of the stages `at`, and allows all at others."""
    lines = [f"title: {title}", "source: For tests"]
    if groups:
        lines += ["groups:"]
    for slug, members in (groups or {}).items():
        lines += [f"  {slug}:", f"    name: The group {slug}"]
        lines += [f"    countries: [{', '.join(members)}]"]
    lines += ["stages:"]
    for mode in GIVING:
        meant = mode in at
        lines += [
            f"  {mode}:",
            f"    everyone_else: {everyone_else if meant else 'allow'}",
            f"    unknown: {unknown if meant else 'allow'}",
            f"    groups: {_flow(of_groups if meant else None)}",
            f"    countries: {_flow(countries if meant else None)}",
        ]
    return "\n".join(lines) + "\n"


def _flow(pairs: Mapping[str, str] | None) -> str:
    return "{" + ", ".join(f"{key}: {value}" for key, value in (pairs or {}).items()) + "}"


def in_force(model: Model, text: str, **more: Any) -> CountryVersion:
    """Let a table count that asks nobody for less, by the command line's hand."""
    return services.tighten_countries(
        actor=None, board=model.board, text=text, reason="The law.", **more
    )


def make_licence(
    model: Model, organization: Organization, lead: User | None, **changes: Any
) -> ExportLicence:
    """Put a licence for Germany on record, with a letter."""
    content = changes.pop("content", b"The authority licenses it.\n")
    given: dict[str, Any] = {
        "authority": "BAFA",
        "number": f"A-{model.pk}-{','.join(changes.get('countries', ['DE']))}",
        "countries": ["DE"],
        "ends_at": timezone.now() + timedelta(days=300),
        "file": io.BytesIO(content),
        "name": "letter.txt",
    }
    return services.record_licence(
        actor=lead or make_brake(model),
        model=model,
        organization=organization,
        **{**given, **changes},
    )
