"""What is held about a person is written out whole; made nameless, nothing leads to them, and no litre has moved."""

from __future__ import annotations

import csv
import json
import stat
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client

from geoapp import audit
from layers.models import FormerState, Meter, UsageRecord, WaterUser
from tests import factories as make
from tests.factories import A

pytestmark = pytest.mark.django_db
NAME, CODE = "张三丰家", "U-PERSON-1"


@pytest.fixture
def city(settings: Any) -> Any:
    grid = make.make_grid()
    user = make.WaterUserFactory(code=CODE, name=NAME, geom=make.at(0.5, 0.5))
    other = make.WaterUserFactory(code="U-OTHER", name="李四家")
    meter = make.MeterFactory(code="M-OWN", name=f"{NAME}的表", geom=make.at(0.5, 0.5))
    shared = make.MeterFactory(code="M-SHARED")
    meter.users.add(user)
    shared.users.add(user, other)
    make.UsageFactory(meter=meter, volume_l=2_000_000)
    make.UsageFactory(meter=shared, volume_l=300)
    make.UsageFactory(region=grid[A], volume_l=500)
    with transaction.atomic():
        grid.settle()
    # It was changed by hand before: history knows the name; so do the administration's log and the audit, of the time when they kept it.
    client = Client()
    client.force_login(User.objects.create_superuser("chief"))
    form = client.get(f"/admin/layers/wateruser/{user.pk}/change/").context["adminform"].form
    sent = {f"{name}": value for name, value in form.initial.items() if value not in (None, [])}
    sent |= {"name": NAME, "industry": "A01", "geom": "", "permits": [], "wells": []}
    client.post(f"/admin/layers/wateruser/{user.pk}/change/", {k: v for k, v in sent.items() if k != "geom"})
    LogEntry.objects.update(object_repr=f"{CODE} {NAME}")
    audit.write("edit", object=f"{CODE} {NAME}", rows=1)
    uploads = Path(settings.STATE_DIR) / "uploads"
    uploads.mkdir(parents=True)
    (uploads / "register.csv").write_text(f"编码,名称\n{CODE},{NAME}\n", encoding="utf-8")
    return grid


def said(*words: str) -> str:
    out = StringIO()
    call_command("person", *words, stdout=out)
    return out.getvalue()


def everywhere(text: str) -> list[str]:
    """The tables with that text anywhere in a row."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        found = []
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE %s', [f"%{text}%"])
            if cursor.fetchone()[0]:
                found.append(table)
        return found


def test_everything_is_written_out_for_its_owner_alone(city: Any, tmp_path: Path) -> None:
    folder = tmp_path / "out" / CODE
    told = said("--code", CODE, "--out", str(folder))
    assert "uploads/register.csv" in told
    whole = json.loads((folder / "person.json").read_text("utf-8"))
    assert whole["held"]["water_user"][0]["name"] == NAME
    assert {row["code"] for row in whole["held"]["meter"]} == {"M-OWN", "M-SHARED"}
    assert sorted(row["volume_l"] for row in whole["held"]["usage"]) == [300, 2_000_000]
    with (folder / "usage.csv").open(encoding="utf-8-sig") as file:
        assert len(list(csv.DictReader(file))) == 2
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    # Each table that knows the name is among what was written.
    known = set(everywhere(NAME))
    assert known <= {
        "layers_wateruser",
        "layers_meter",
        "layers_formerstate",
        "django_admin_log",
        "layers_release",
        "audit_line",
    }
    assert any(NAME in str(row) for row in whole["held"]["audit"])
    with pytest.raises(CommandError):
        said("--code", CODE, "--out", str(folder))


def test_a_rehearsal_changes_nothing(city: Any) -> None:
    before = everywhere(NAME)
    told = said("--code", CODE, "--delete")
    assert "audit --sweep" in told
    assert "试算" in told
    assert "M-SHARED" in told
    assert everywhere(NAME) == before
    assert WaterUser.objects.filter(code=CODE).exists()


def test_made_nameless_nothing_leads_to_them_and_no_litre_moves(city: Any) -> None:
    def litres() -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SELECT sum(volume_l) FROM layers_usagerecord")
            records = cursor.fetchone()
            cursor.execute("SELECT code, sum(volume_l) FROM layers_usagesum GROUP BY 1 ORDER BY 1")
            return records, cursor.fetchall()

    pk = WaterUser.objects.get(code=CODE).pk
    assert {"layers_formerstate", "django_admin_log"} <= set(everywhere(NAME))
    before = litres()
    said("--code", CODE, "--delete", "--commit")
    # The audit is the one that nobody can change: it was said that it stays.
    assert everywhere(NAME) == everywhere(CODE) == ["audit_line"]
    assert set(everywhere("M-OWN")) <= {"audit_line"}
    user = WaterUser.objects.get(pk=pk)
    assert (user.name, user.industry, user.geom) == ("", "", None)
    assert Meter.objects.filter(code="M-SHARED").exists()  # of another too
    assert UsageRecord.objects.filter(meter__users=user).count() == 2
    assert litres() == before
    assert FormerState.objects.filter(dataset="water_user", object_id=pk).exists()
    assert not LogEntry.objects.exclude(object_repr="—").filter(object_id=str(pk)).exists()
    with pytest.raises(CommandError, match="nobody"):
        said("--code", CODE)


def test_a_holders_permits_stay(city: Any) -> None:
    holder = make.HolderFactory(code="H-1")
    make.PermitFactory(code="P-1", holder=holder)
    told = said("--code", holder.code, "--delete", "--commit")
    assert "依法保存" in told
    holder.refresh_from_db()
    assert holder.name


def test_nobody_is_found_by_a_code_that_nobody_has(city: Any) -> None:
    with pytest.raises(CommandError):
        said("--code", "NOBODY")
