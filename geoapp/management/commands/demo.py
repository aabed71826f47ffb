"""`manage.py demo`: load the demo city through the import that everybody's files take; carries on where it stopped.

Every step is one import and so one transaction; its release remembers the recipe's fingerprint and the step's name.
What is finished is therefore read from the database, and nothing else has to be kept.
"""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.models import Q

from data import demo, ground
from layers import access, registry
from layers.findings.touched import later
from layers.models import Release

if TYPE_CHECKING:
    from layers.ingest.report import ImportReport

RECIPE, STEP, TIDIED = access.DEMO, "step", "tidied"  # keys of a release's context
REFERENCE = "reference"  # of what lies underneath: real, and of no recipe
WAIT_S = 3600.0
# The recipe plants faults for the rules of quality to find, some wells deeper than any there is among them. Its city is Beijing,
# in the zone of 117°E.
TOLD = {"plausible": "示范城市，程序合成", "place": "11@4548"}


class Command(BaseCommand):
    requires_system_checks = ()  # they would load every view and what it needs
    help = "载入示范城市（可中断后续载）；--months 为用水月数"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--months", type=int, default=12, help="从 2019-01 起的月数，默认 12，至多 57")
        parser.add_argument("--force", action="store_true", help="即使数据库中已有其他数据也载入")

    def handle(self, *args: Any, **options: Any) -> None:
        logging.getLogger("pyogrio").setLevel(logging.WARNING)  # it reports every file written
        recipe = demo.fingerprint()
        try:
            steps = list(demo.datasets(options["months"]))
        except ValueError as error:
            raise CommandError(f"--months {options['months']}：{error}", returncode=2) from error
        done = _finished(recipe)
        left = [step for step in steps if step.label not in done]
        if left and not options["force"]:
            _refuse_other_data(recipe)
        if left:
            self._load(steps, left, recipe)
        if left or not _tidied(recipe):
            self._tidy(recipe)
        for one in ground.FILES:
            self._lay(one)
        call_command("quality", due=True, quiet=True, stdout=self.stdout, stderr=self.stderr)
        self.stdout.write(f"示范城市已就绪：{len(steps)} 个文件，{options['months']} 个月")

    def _load(self, steps: list[demo.DatasetSource], left: list[demo.DatasetSource], recipe: str) -> None:
        began = time.monotonic()
        with _folder() as folder, later():
            for step in left:
                number = steps.index(step) + 1
                self.stdout.write(f"[{number:2}/{len(steps)}] {step.label} …", ending="")
                self.stdout.flush()
                report = self._import(step, folder, recipe)
                self.stdout.write(
                    f" {report.accepted:,} 行，{report.seconds:.1f} 秒，{report.rows_per_second:,} 行/秒；"
                    f"共 {time.monotonic() - began:.0f} 秒，完成 {number / len(steps):.0%}"
                )

    def _import(self, step: demo.DatasetSource, folder: Path, recipe: str) -> ImportReport:
        # Here and not above: a call that finds everything loaded should not wait for the libraries of the import.
        from layers.ingest.refusal import ImportRefused
        from layers.ingest.run import Source, run

        path = step.write(folder)
        try:
            report = run(
                step.name, Source(path, told=TOLD), commit=True, actor="demo", wait_s=WAIT_S,
                context={RECIPE: recipe, STEP: step.label},
            )  # fmt: skip
        except ImportRefused as error:
            raise CommandError(f"\n{step.label}：{error.zh}。\n  {error.en}") from error
        finally:
            path.unlink(missing_ok=True)
        if report.refused:
            first = report.refusals.first(1)[0]
            raise CommandError(
                f"\n{step.label}：{report.refused} 行被拒收，如第 {first.row} 行 {first.field}：{first.zh}"
            )
        return report

    def _lay(self, one: ground.GroundFile) -> None:
        """Put real data under the made-up city, once; an authority's own are left alone."""
        if apps.get_model(registry.dataset(one.dataset).model)._default_manager.exists():
            return
        from layers.ingest.run import Source, run

        report = run(
            one.dataset, Source(one.path), commit=True, actor="demo", wait_s=WAIT_S, context={REFERENCE: one.digest}
        )
        self.stdout.write(f"底图 {one.label}：{report.accepted:,} 个，{report.seconds:.1f} 秒")

    def _tidy(self, recipe: str) -> None:
        """Vacuum what was filled, so that the first questions meet statistics and visibility maps."""
        self.stdout.write("整理数据库 …", ending="")
        self.stdout.flush()
        began = time.monotonic()
        with connection.cursor() as cursor:
            for model in apps.get_app_config("layers").get_models(include_auto_created=True):
                cursor.execute(f"VACUUM (ANALYZE) {connection.ops.quote_name(model._meta.db_table)}")
        last = Release.objects.filter(report__context__demo=recipe).latest("id")
        last.report["context"][TIDIED] = True
        last.save(update_fields=["report"])
        self.stdout.write(f" {time.monotonic() - began:.0f} 秒")


def _finished(recipe: str) -> set[str]:
    """The steps of this recipe that are committed."""
    found = Release.objects.filter(report__context__demo=recipe).values_list("report__context__step", flat=True)
    return {str(step) for step in found}


def _tidied(recipe: str) -> bool:
    last = Release.objects.filter(report__context__demo=recipe).order_by("-id").values_list("report__context__tidied")
    return bool(last and last[0][0])


def _refuse_other_data(recipe: str) -> None:
    """Raise `CommandError` when anything was imported that is not of this recipe."""
    # By id: a report without the key is NULL to the comparison, and would be excluded with the recipe's own.
    laid = Q(**{f"report__context__{REFERENCE}__isnull": False})
    own = Release.objects.filter(Q(report__context__demo=recipe) | laid).values("pk")
    other = Release.objects.exclude(pk__in=own).order_by("-id").first()
    if other is None:
        return
    if RECIPE in (other.report or {}).get("context", {}):
        raise CommandError("数据库中是旧版的示范城市；请先清空数据库（./shuitu reset），或加 --force 在其上覆盖载入")
    raise CommandError(
        f"数据库中已有其他数据（{other.dataset}，{other.file_name}）；示范城市不会混入其中。"
        "请换一个空数据库（DATABASE_URL），或加 --force"
    )


@contextmanager
def _folder() -> Iterator[Path]:
    """Where the files are written before they are imported; gone afterwards, however it ends."""
    folder = Path(settings.STATE_DIR) / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
