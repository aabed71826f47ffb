#!/usr/bin/env python3
"""Django's command line for Shuitu; `./shuitu manage …` runs it in the right environment."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "geoapp.settings")
    from django.core.management import execute_from_command_line

    from geoapp import unread

    sys.exit(unread.run(execute_from_command_line, sys.argv))


if __name__ == "__main__":
    main()
