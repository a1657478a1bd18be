"""The section of a dossier's form that compares the release with other developers' models."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from releases.choices import WEIGHTS_MODES
from releases.forms.counterfactual import CounterfactualForm
from releases.models import Stage
from releases.selectors.comparables import offered
from releases.views.shared import sent

MOST_OFFERED = 200


def counterfactual_form(
    request: HttpRequest, to_stage: Stage, dossier: Mapping[str, Any] | None = None
) -> CounterfactualForm:
    """Return the form, required wherever weights leave."""
    return CounterfactualForm(
        sent(request),
        required=to_stage.access_mode in WEIGHTS_MODES,
        references=offered(timezone.now(), most=MOST_OFFERED),
        dossier=dossier,
    )
