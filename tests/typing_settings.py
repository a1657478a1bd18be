"""The settings as mypy's Django plugin loads them: those of a test run."""

# isort: off - the first import sets the variables that the second one reads
from tests import environment  # noqa: F401
from portal.settings import *  # noqa: F403
