"""How the state machines of Hypothesis are run."""

import os

from hypothesis import HealthCheck, Phase, settings

# Times as many sequences of acts as while working, for whoever has the night.
MORE = int(os.environ.get("SLUICE_MACHINE_TIMES", "1"))


def machine_settings(*, examples: int, steps: int) -> settings:
    """Return settings for `examples` sequences of at most `steps` acts each."""
    return settings(
        max_examples=examples * MORE,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        phases=[phase for phase in Phase if phase is not Phase.explain],
        suppress_health_check=list(HealthCheck),
    )
