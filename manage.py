#!/usr/bin/env python
"""Entry point of every Sluice command."""

import os
import sys
from pathlib import Path

# They read a file and need nothing of the instance: no settings, no database.
ALONE = {"inspect_evidence": "releases"}


def main() -> None:
    """Run the command named on the command line."""
    if sys.argv[1:2] and sys.argv[1] in ALONE:
        run_alone(ALONE[sys.argv[1]], sys.argv[1])
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    if sys.argv[1:2] == ["dev"]:
        # The demo's secret must exist before the settings are read.
        from portal.embedded.demo import ensure_demo_key

        os.environ.setdefault("SLUICE_DEMO", "1")
        ensure_demo_key(Path(os.environ.get("DATA_DIR", ".data")))
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        # What the operator set wrongly is for the operator to read, not a fault of the program.
        sys.stderr.write(f"Sluice is not configured: {error}\n")
        sys.exit(2)


def run_alone(app: str, command: str) -> None:
    """Run a command that works wherever the program is, be it configured or not."""
    from django.conf import settings
    from django.core.management import load_command_class

    settings.configure()
    load_command_class(app, command).run_from_argv(sys.argv)


if __name__ == "__main__":
    main()
