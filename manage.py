#!/usr/bin/env python
"""Entry point of every Sluice command."""

import os
import sys
from pathlib import Path


def main() -> None:
    """Run the command named on the command line."""
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


if __name__ == "__main__":
    main()
