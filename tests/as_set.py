"""The settings as another process reads them from an environment of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
_SAY = (
    "import json; from geoapp import settings;"
    "print(json.dumps({name: value for name, value in vars(settings).items() if name.isupper()}, default=str))"
)


def settings_of(*words: str, **given: str) -> dict[str, Any]:
    """Every setting by name, as JSON says it, where the environment says just this of how the site is run; ``words`` are the command."""
    unwanted = (
        "HTTPS",
        "SHUITU_SERVING",
        "DATABASE_WEB_URL",
        "TRUSTED_PROXIES",
        "DB_POOL_SIZE",
        "STATEMENT_TIMEOUT_MS",
    )
    kept = {name: text for name, text in os.environ.items() if name not in unwanted}
    done = subprocess.run(
        [sys.executable, "-c", _SAY, *words],
        cwd=ROOT,
        env={**kept, **given},
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found
