"""`./shuitu up` from nothing and again, in a fresh clone, against the bare tools that it cannot do without."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks import harness

TITLE = "`./shuitu up` in a fresh clone (system packages present): from nothing, and again"


def _run(command: list[str], where: Path, **environment: str) -> None:
    kept = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "PORT", "SHUITU_STATE")}
    done = subprocess.run(command, cwd=where, env={**kept, **environment}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")


def measure() -> str:
    with tempfile.TemporaryDirectory(prefix="shuitu-bench-") as folder:
        clone, bare = Path(folder) / "clone", Path(folder) / "bare"
        _run(["git", "clone", "-q", str(harness.ROOT), str(clone)], Path(folder))
        bare.mkdir()

        def tools() -> None:
            _run([sys.executable, "-m", "venv", str(bare / "venv")], clone)
            _run([str(bare / "venv/bin/pip"), "install", "-q", "-r", "requirements.lock"], clone)
            _run(["npm", "ci", "--omit=dev", "--no-audit", "--no-fund", "--prefix", str(clone / "geoapp/web")], clone)

        first = harness.Pair()
        first.reference.append(harness.timed(tools))
        _run(["rm", "-rf", str(clone / "geoapp/web/node_modules")], clone)
        try:
            first.ours.append(harness.timed(lambda: _run(["./shuitu", "up"], clone)))
            again = harness.Pair()
            for _ in range(3):
                again.take(
                    lambda: _run(["./shuitu", "up"], clone),
                    lambda: _run([".venv/bin/python", "-c", "import django"], clone),
                )
        finally:
            subprocess.run(["./shuitu", "stop"], cwd=clone, capture_output=True, check=False)
    lines = [
        first.row("first up (reference: venv + pip install + npm ci)", 1.0, 1),
        again.row("second up (reference: starting Python with Django)", 1.0, 2),
    ]
    return harness.table([name.replace(" ms", " s") for name in harness.HEAD], lines)
