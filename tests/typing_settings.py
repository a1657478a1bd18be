"""The settings as mypy's Django plugin loads them: those of a test run."""

# The first import sets the variables that the second one reads.
# isort: off
from tests import environment  # noqa: F401
from portal.settings import *  # noqa: F403
