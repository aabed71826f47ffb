"""`python -m tests.mutants [MODULE …]`: mutmut on the modules below, each in a copy of the checkout; survivors are named.

Killed is a mutant of which a test failed, and no other: one that never came to an end, that broke pytest itself or that no
test reaches is named with the survivors. Those that are no faults (`tests.mutants.same`) are named too, with the reason.
Exit code 1 when a module's tests kill less than `WANTED` of the faults. What makes it quick is in `tests.mutants.quick`; the copies of the checkout (``--into``) and the test database stay, so that
``--again`` can try only those that are not killed yet.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.mutants.same import changed, no_fault, only_letters

ROOT = Path(__file__).resolve().parents[2]
MUTMUT = (sys.executable, "-m", "mutmut")
WANTED = 0.85
KILLED = 1  # the tests' exit code
_ENDS = {0: "lived", 2: "interrupted", 3: "broke pytest", 5: "no test", 33: "no test", 34: "not tried", 35: "unsure"}
_OUT_OF_TIME = {24, -24, 36, 152, 255}
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


@dataclass(frozen=True, slots=True)
class Target:
    """A module and the tests that are to know it."""

    path: str
    tests: Sequence[str]

    @property
    def dotted(self) -> str:
        return self.path.removesuffix(".py").replace("/", ".")


# A survivor has to stand every test: of the many that build a world, those that ask of more than where a litre goes.
_ASSIGNED = (
    "a_meter_counts_where_it_stood_in_each_month",
    "a_township_shares_by_area_with_the_largest_remainder",
    "a_change_of_data_is_followed_in_every_size_that_is_kept_up",
    "a_lost_litre_ends_the_transaction",
    "a_size_is_kept_up_from_when_it_is_built_and_due_when_it_is_to_be_weighed_otherwise",
    "cells_are_cut_when_there_is_water_to_share_and_by_what_moves_it",
    "months_are_assigned_in_order_and_each_is_told",
    "only_the_months_asked_are_assigned",
    "units_that_go_take_every_month_with_them",
    "whoever_writes_the_grid_waits_for_the_other",
)
_ANSWERED = (
    "an_answer_by_hand",
    "under_a_parent_only_what_is_in_it",
    "what_a_parent_is_compared_with_is_in_it_too",
    "what_a_period_is_compared_with",
    "before_any_import_there_is_nothing",
    "water_of_before_in_a_region_closed_since_is_compared_too",
    "a_selection_narrows_and_is_repeated_in_the_answer",
    "a_series_is_the_answers_of_its_months",
    "a_year_that_has_begun_is_compared_by_its_months",
    "of_nothing_or_less_there_is_no_percentage",
)
_FILTERED = (
    "a_layer_knows_its_own_parameters",
    "a_question_is_read_as_a_whole",
    "a_region_finer_than_a_layer_counts_in_is_refused",
    "a_supply_area_is_where_its_facility_is",
    "an_edition_has_what_held_at_its_last_release",
    "divisions_are_those_of_the_month_that_is_asked_of",
    "layers_of_one_dataset_show_their_own_kind",
    "of_two_codes_that_differ_by_case_the_one_written_so_is_meant",
    "only_current_regions_are_shown",
    "regions",
    "wells",
    "what_does_not_go_together_is_refused_by_name",
    "what_is_not_there_is_not_found_by_the_name_it_was_asked_by",
)
TARGETS = (
    Target("layers/periods.py", ("tests/unit/test_periods.py", "tests/unit/test_asked.py")),
    Target(
        "layers/ingest/parse.py",
        ("tests/unit/test_ingest_checks.py", "tests/unit/test_ingest_values.py", "tests/unit/test_asked.py"),
    ),
    Target(
        "layers/grid/assign.py",
        (
            *(f"tests/db/test_grid_assign.py::test_{name}" for name in _ASSIGNED),
            "tests/db/test_grid_settle.py::test_nothing_is_built_before_there_is_usage",
            "tests/db/test_grid_settle.py::test_what_is_due_is_built_and_nothing_else",
            "tests/db/test_positions_in_time.py::test_a_city_without_moves_pays_nothing",
        ),
    ),
    Target(
        "layers/stats/query.py",
        (
            *(f"tests/db/test_stats.py::test_{name}" for name in _ANSWERED),
            "tests/db/test_profile.py::test_charts_keep_their_context_whatever_the_filter",
            "tests/db/test_profile.py::test_the_parts_of_a_chart_are_the_whole",
        ),
    ),
    Target(
        "layers/filters.py",
        [f"tests/db/test_filters.py::test_{name}" for name in _FILTERED],
    ),
)


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("modules", nargs="*", metavar="MODULE", help=", ".join(target.dotted for target in TARGETS))
    parser.add_argument(
        "--into", type=Path, default=Path(tempfile.gettempdir()) / "shuitu-mutants", help="where the copies lie"
    )
    parser.add_argument("--again", action="store_true", help="those that an earlier run did not kill, and no others")
    parser.add_argument("--processes", type=int, default=2)
    told = parser.parse_args(words)
    known = {target.dotted: target for target in TARGETS}
    if unknown := set(told.modules) - set(known):
        parser.error(f"no module {min(unknown)!r}")
    return max([_try(known[name], told.into / name, told.again, told.processes) for name in told.modules or known])


def _try(target: Target, into: Path, again: bool, processes: int) -> int:
    """Make a module's mutants, let its tests look for each, and say what became of them; → 1 when too many lived."""
    if not again:
        shutil.rmtree(into, ignore_errors=True)
    _copy(into, target)
    meta = into / "mutants" / f"{target.path}.meta"
    if again and meta.exists():
        kept = json.loads(meta.read_text(encoding="utf-8"))
        ends = kept["exit_code_by_key"]
        kept["exit_code_by_key"] = {name: end if end == KILLED else None for name, end in ends.items()}
        meta.write_text(json.dumps(kept), encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | {
        "TEST_DATABASE": os.environ.get("TEST_DATABASE", "test_shuitu") + "_mutants",
        "MUTANTS_AT_ONCE": str(processes),
    }
    subprocess.run([*MUTMUT, "run", "--max-children", str(processes)], cwd=into, env=environment, check=True)
    return _tell(target, into, json.loads(meta.read_text(encoding="utf-8"))["exit_code_by_key"])


def _copy(into: Path, target: Target) -> None:
    """What git knows of the checkout, and the page as it was built; what an earlier run found stays beside it."""
    into.mkdir(parents=True, exist_ok=True)
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (into / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, into / name)
    built = ROOT / "geoapp/web/static"
    if built.is_dir():
        shutil.copytree(built, into / "geoapp/web/static", dirs_exist_ok=True)
    told = {
        "source_paths": ["layers/"],
        "only_mutate": [target.path],
        "also_copy": list(_ASIDE),
        "pytest_add_cli_args": [
            *("-p", "tests.mutants.quick", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:schemathesis"),
            *("--reuse-db", "--tb=no", "--assert=plain"),
        ],
        "pytest_add_cli_args_test_selection": list(target.tests),
        # Seconds that are given beside the tests' own time, and how often both: the machine may be busy.
        "timeout_constant": 24.0,
        "timeout_multiplier": 5.0,
    }
    with (into / "pyproject.toml").open("a", encoding="utf-8") as config:
        config.write("\n[tool.mutmut]\n")
        config.writelines(f"{key} = {json.dumps(value)}\n" for key, value in told.items())


def _tell(target: Target, into: Path, ends: dict[str, int | None]) -> int:
    """Print how many mutants of a module were killed, and every other with its text; → 1 when too few of the faults were."""
    told: list[str] = []
    same = 0
    others = sorted(name for name, end in ends.items() if end != KILLED)
    texts = _texts(into / "mutants" / target.path)
    for name in others:
        function, _, mutant = name.rpartition("__mutmut_")
        short = function.rpartition(".")[2]
        before, after = changed(texts[f"{short}__mutmut_orig"], texts[f"{short}__mutmut_{mutant}"])
        why = no_fault(function, before, after)
        same += bool(why)
        told.append(f"  {name}: {_end(ends[name])}" + (f"; no fault: {why}" if why else ""))
        if not only_letters(before, after):
            told += [f"    - {line}" for line in before] + [f"    + {line}" for line in after]
    killed = len(ends) - len(others)
    share = killed / (len(ends) - same)
    print(
        f"\n{target.dotted}: {killed} of {len(ends)} mutants killed ({killed / len(ends):.1%});"
        f" {same} of the others are no faults: {share:.1%} of {len(ends) - same}"
    )
    print("\n".join(told), flush=True)
    return int(share < WANTED)


def _texts(path: Path) -> dict[str, str]:
    """The functions of a module as mutmut wrote it, by name: one for each mutant."""
    source = path.read_text(encoding="utf-8")
    lines = source.splitlines()
    return {
        node.name: "\n".join(lines[node.lineno - 1 : node.end_lineno])
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef)
    }


def _end(code: int | None) -> str:
    if code is None:
        return "not tried"
    return "never came to an end" if code in _OUT_OF_TIME else _ENDS.get(code, f"ended with {code}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
