"""`python -m tests.mutants [MODULE …]`: mutmut on the modules below, in a copy of the checkout; survivors are named.

Exit code 1 when a module's tests kill less than `WANTED` of its mutants. It takes about four seconds a mutant (some 1,100 in all), and
a test database of its own: `TEST_DATABASE` names it, and it stays, as the copy does (``--into``), so that a run that was ended goes on.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WANTED = 0.85
_ASIDE = (
    "geoapp",
    "tiles",
    "data",
    "tests",
    "docs",
    "deploy",
    "manage.py",
    "requirements.lock",
    "pyproject.toml",
    "shuitu",
)
_KILLED = {1, 3, 24, -24, 36, 152, 255}  # mutmut's codes: a test failed, or never came to an end


@dataclass(frozen=True, slots=True)
class Target:
    """A module and the tests that are to know it."""

    path: str
    tests: Sequence[str]

    @property
    def dotted(self) -> str:
        return self.path.removesuffix(".py").replace("/", ".")


_STATS = ("tests/db/test_stats.py", "tests/db/test_plans.py")
_GRID = ("tests/db/test_grid_assign.py", "tests/db/test_grid_settle.py")
TARGETS = (
    Target("layers/periods.py", ("tests/unit/test_periods.py", *_STATS)),
    Target("layers/filters.py", ("tests/db/test_filters.py", "tests/unit/test_asked.py")),
    Target("layers/stats/query.py", _STATS),
    Target("layers/grid/assign.py", _GRID),
    Target("layers/ingest/parse.py", ("tests/unit/test_ingest_checks.py", "tests/unit/test_ingest_values.py")),
)


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("modules", nargs="*", metavar="MODULE", help=", ".join(target.dotted for target in TARGETS))
    parser.add_argument(
        "--into", type=Path, default=Path(tempfile.gettempdir()) / "shuitu-mutants", help="where the copy lies"
    )
    parser.add_argument("--processes", type=int, default=1)
    told = parser.parse_args(words)
    chosen = [target for target in TARGETS if not told.modules or target.dotted in told.modules]
    if not chosen:
        parser.error(f"no module {told.modules[0]!r}")
    _copy(told.into, chosen)
    mutmut = [sys.executable, "-m", "mutmut"]
    run = [*mutmut, "run", "--max-children", str(told.processes), *(f"{target.dotted}.*" for target in chosen)]
    environment = {"TEST_DATABASE": "test_mutants", **os.environ}
    subprocess.run(run, cwd=told.into, env=environment, check=False)
    return max(_tell(target, told.into, mutmut) for target in chosen)


def _copy(into: Path, chosen: Sequence[Target]) -> None:
    """What git knows of the checkout, and the page as it was built; what an earlier run found stays beside it."""
    into.mkdir(exist_ok=True)
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (into / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, into / name)
    built = ROOT / "geoapp/web/static"
    if built.is_dir():
        shutil.copytree(built, into / "geoapp/web/static", dirs_exist_ok=True)
    told = {
        "source_paths": ["layers/"],
        "only_mutate": [target.path for target in chosen],
        "also_copy": list(_ASIDE),
        "pytest_add_cli_args": ["-p", "no:cacheprovider", "-p", "no:xdist", "--reuse-db"],
        "pytest_add_cli_args_test_selection": sorted({test for target in chosen for test in target.tests}),
    }
    with (into / "pyproject.toml").open("a", encoding="utf-8") as config:
        config.write("\n[tool.mutmut]\n")
        config.writelines(f"{key} = {json.dumps(value)}\n" for key, value in told.items())


def _tell(target: Target, into: Path, mutmut: Sequence[str]) -> int:
    """Print what became of a module's mutants, with the text of those that lived; → 1 when too many did."""
    found = json.loads((into / "mutants" / f"{target.path}.meta").read_text(encoding="utf-8"))["exit_code_by_key"]
    tried = {name: code for name, code in found.items() if code is not None}
    lived = sorted(name for name, code in tried.items() if code not in _KILLED)
    killed = len(tried) - len(lived)
    share = killed / len(tried) if tried else 0.0
    print(f"\n{target.dotted}: {killed} of {len(tried)} killed ({share:.1%}), {len(found) - len(tried)} not tried")
    for name in lived:
        shown = subprocess.run([*mutmut, "show", name], cwd=into, capture_output=True, check=False, text=True).stdout
        print(f"  {name} ({tried[name]})")
        print(
            "".join(
                f"    {line}\n" for line in shown.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")
            ),
            end="",
        )
    return int(share < WANTED)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
