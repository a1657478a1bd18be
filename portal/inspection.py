"""What was seen in a release's files when they were taken in, for its page. Reads nothing."""

from collections import Counter
from collections.abc import Sequence

from portal.showing import Data
from releases.models import Artifact, Release


def inspection(release: Release, artifacts: Sequence[Artifact]) -> Data:
    """Return sums over the weights, what does not fit, and the override, if there is one."""
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
    }


def _architectures(artifacts: Sequence[Artifact]) -> list[str]:
    for artifact in artifacts:
        if artifact.path == "config.json":
            return artifact.facts.get("architectures", [])
    return []
