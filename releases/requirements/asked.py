"""What a requirement of a ladder asks for, in a sentence. No database, no clock."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.templatetags.ui import span
from releases.choices import Elicitation, EvidenceType
from releases.requirement_plans import (
    Asks,
    Counterfactual,
    ExternalEvaluation,
    FreshEvidence,
    MetricBound,
)


def asked(asks: Asks) -> str:
    """Return what must be true."""
    if isinstance(asks, MetricBound):
        return _metric(asks)
    if isinstance(asks, FreshEvidence):
        return _("%(type)s, made at most %(most)s ago.") % {
            "type": EvidenceType(asks.type).label,
            "most": span(asks.max_age),
        }
    if isinstance(asks, ExternalEvaluation):
        return _("an independent review from outside, or a search for one that failed.")
    if isinstance(asks, Counterfactual):
        return _("the dossier's form on comparable models is filled in and holds.")
    return _("no blocker is open.")


def _metric(asks: MetricBound) -> str:
    words = {
        "metric": asks.metric,
        "task": asks.task + (f" ({asks.filter})" if asks.filter else ""),
        "bound": f"{asks.bound:.12g}",
        "confidence": f"{100 * asks.confidence:.6g}",
    }
    if asks.unsafe == "above":
        sentence = _(
            "%(metric)s on %(task)s stays below %(bound)s with %(confidence)s %% confidence."
        )
    else:
        sentence = _(
            "%(metric)s on %(task)s stays above %(bound)s with %(confidence)s %% confidence."
        )
    parts = [sentence % words]
    if asks.min_samples:
        parts.append(
            ngettext("At least %(count)d sample.", "At least %(count)d samples.", asks.min_samples)
            % {"count": asks.min_samples}
        )
    if asks.elicitation:
        parts.append(f"{Elicitation(asks.elicitation).label}.")
    if asks.without_stderr:
        parts.append(_("Without a standard error the value alone counts."))
    return " ".join(parts)
