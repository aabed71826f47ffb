"""`python -m tests.benchmarks [NAME …] [--write]`: runs benchmarks, all unless named; --write keeps the results in docs."""

from __future__ import annotations

import importlib
import sys
from datetime import date

from tests.benchmarks import harness

NAMES = (
    "up",
    "reading",
    "memory",
    "load",
    "record",
    "sums",
    "grid",
    "quality",
    "planted",
    "stats",
    "area",
    "explain",
    "features",
    "tiles",
    "grid_tiles",
    "page",
    "tasks",
    "report",
    "forms",
    "export",
    "attacks",
    "kept",
    "search",
    "desk",
    "rights",
    "audit",
    "limits",
)


def main(words: list[str]) -> int:
    chosen = [word for word in words if word != "--write"]
    unknown = [name for name in chosen if name not in NAMES]
    if unknown:
        print(f"no benchmark {unknown[0]!r}; there are: {', '.join(NAMES)}", file=sys.stderr)
        return 2
    for name in chosen or NAMES:
        module = importlib.import_module(f"tests.benchmarks.bench_{name}")
        print(f"## {module.TITLE}", flush=True)
        found = module.measure()
        print(found, flush=True)
        if "--write" in words:
            note = f"`python -m tests.benchmarks {name}` · {date.today()} · {harness.machine()}"
            harness.write(name, f"## {module.TITLE}\n\n{note}\n\n{found}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
