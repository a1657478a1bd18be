"""What was seen in a release's files when they were taken in, for its page. Reads nothing."""

from collections import Counter
from collections.abc import Sequence

from portal.showing import Data
from releases.formats import suffix_of
from releases.models import Artifact, Release


def inspection(release: Release, artifacts: Sequence[Artifact]) -> Data:
    """Return sums over the weights, what does not fit, the override, and what is damaged."""
    weights = [each.facts for each in artifacts if each.format == "safetensors" and each.facts]
    dtypes: Counter[str] = Counter()
    for facts in weights:
        dtypes.update(facts["dtypes"])
    return {
        "tensors": sum(facts["tensors"] for facts in weights),
        "parameters": sum(facts["parameters"] for facts in weights),
        "dtypes": ", ".join(dtype for dtype, _count in dtypes.most_common()),
        "architectures": ", ".join(_architectures(artifacts)),
        "findings": release.findings,
        "override": release.override,
        "overridden": _overridden(release, artifacts),
        "damaged": [each.path for each in artifacts if each.damage],
    }


def _overridden(release: Release, artifacts: Sequence[Artifact]) -> list[str]:
    """Return those of the admitted formats that the release really holds."""
    admitted = release.override.formats if release.override else []
    return sorted({suffix_of(each.path) for each in artifacts} & set(admitted))


def _architectures(artifacts: Sequence[Artifact]) -> list[str]:
    for artifact in artifacts:
        if artifact.path == "config.json":
            return artifact.facts.get("architectures", [])
    return []
