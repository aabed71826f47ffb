"""Usage records: millions of rows, identified by month, place, source, purpose and correction."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from psycopg.sql import SQL, Composable, Identifier

from layers import vocab
from layers.history import said
from layers.ingest.changes import LISTED
from layers.ingest.refusal import ImportRefused, Verdicts
from layers.ingest.report import Change, Changes
from layers.ingest.resolve import ROWS
from layers.ingest.spec import MOST_LITRES_OF_A_FILE, Spec
from layers.ingest.upsert import Outcome, insertion
from layers.place import read as read_place
from layers.shared import VOLUME
from layers.sql import load
from layers.words import Words

TABLE = "layers_usagerecord"
DIFFERING = "import_differing"
LEAPS = 500  # of a file that are looked at, or named

Cursor = Any


def write_usage(cursor: Cursor, spec: Spec, release_id: int) -> Outcome:
    """Write `ROWS`. When none of the file's months is there yet, which is how months arrive, by a plain INSERT."""
    _refuse_a_flood(cursor)
    months = file_months(cursor)
    columns = [*spec.key, "volume_l"]
    if not _there(cursor, months):
        cursor.execute(
            SQL("INSERT INTO {table} ({columns}) SELECT {values} FROM {rows} r ORDER BY r.id").format(
                table=Identifier(spec.table), rows=Identifier(ROWS), **insertion(spec, columns, release_id)
            )
        )
        return Outcome(new=cursor.rowcount, months=months)
    return _merge(cursor, spec, columns, release_id)


def _there(cursor: Cursor, months: list[Any]) -> list[Any]:
    """Those of the months that have records."""
    cursor.execute(
        SQL("SELECT m FROM unnest(%s::date[]) m WHERE EXISTS (SELECT FROM {} u WHERE u.month = m)").format(
            Identifier(TABLE)
        ),
        [months],
    )
    return [row[0] for row in cursor.fetchall()]


def find_changes(cursor: Cursor) -> Changes:
    """Make `DIFFERING` (id of the row, record_id and old volume where there is a record): the rows of months that have records
    which are new or have another volume; → the changes among them. Call before anything is written."""
    cursor.execute(SQL("DROP TABLE IF EXISTS pg_temp.{}").format(Identifier(DIFFERING)))
    cursor.execute(
        SQL("CREATE TEMP TABLE {} (id integer, record_id bigint, old bigint) ON COMMIT DROP").format(
            Identifier(DIFFERING)
        )
    )
    if not (there := _there(cursor, file_months(cursor))):
        return Changes()
    parts = {"rows": Identifier(ROWS), "table": Identifier(TABLE), "differing": Identifier(DIFFERING), "same": _SAME}
    cursor.execute(
        SQL(
            "INSERT INTO {differing} SELECT r.id, u.id, u.volume_l FROM {rows} r "
            "LEFT JOIN (SELECT * FROM {table} WHERE month = ANY(%s)) u ON {same} WHERE u.id IS NULL OR u.volume_l <> r.volume_l"
        ).format(**parts),
        [there],
    )
    cursor.execute(SQL("ANALYZE {differing}").format(**parts))
    cursor.execute(
        SQL(
            "WITH first AS (SELECT * FROM {differing} WHERE record_id IS NOT NULL ORDER BY id LIMIT %s) "
            "SELECT r.id, concat_ws(' ', to_char(r.month, 'YYYY-MM'), m.code, s.code, g.code), f.old, r.volume_l, "
            "(SELECT count(record_id) FROM {differing}) FROM first f JOIN {rows} r USING (id) "
            "LEFT JOIN layers_meter m ON m.id = r.meter_id LEFT JOIN layers_supplyfacility s ON s.id = r.facility_id "
            "LEFT JOIN layers_region g ON g.id = r.region_id ORDER BY 1"
        ).format(**parts),
        [LISTED],
    )
    found = cursor.fetchall()
    if not found:
        return Changes()
    first = [
        Change(row, code, VOLUME.name, said.value(VOLUME, old), said.value(VOLUME, new))
        for row, code, old, new, _ in found
    ]
    return Changes({VOLUME.name: found[0][4]}, {}, first)


def _m3(litres: int) -> str:
    return f"{Decimal(litres) / 1000:f} m³"


def _most(litres: int) -> Words:
    return Words("此前一年最多 {amount}", "at most {amount} in the year before", amount=_m3(litres))


def warn_of_leaps(cursor: Cursor, spec: Spec, verdicts: Verdicts) -> None:
    """Warn of volumes that are many times the largest of the same place, source and purpose in the year before: a unit
    mistaken by a thousand, or by ten thousand. Only the largest of a file are looked at."""
    if (leap := spec.dataset.object_leap) is None:
        return
    cursor.execute(
        SQL(load("usage_leaps")).format(rows=Identifier(ROWS)),
        {"least": leap.least, "times": leap.times, "most": LEAPS},
    )
    for row, volume, before in cursor.fetchall():
        verdicts.warned.add(row, "volume_m3", _m3(volume), "unlike_before", _most(before))
        verdicts.used.add("implausible")


def warn_of_region_leaps(cursor: Cursor, spec: Spec, verdicts: Verdicts) -> None:
    """The same of divisions: of what a month of theirs will be, with the file, against their own months before. It sees the new
    meters of a mistaken unit, which have no month before. Call after `find_changes`."""
    if (leap := spec.dataset.region_leap) is None:
        return
    here = read_place(cursor)
    digits = {vocab.CITY: len(here.root), **vocab.CODE_DIGITS}
    cursor.execute(
        SQL(load("usage_region_leaps")).format(rows=Identifier(ROWS), differing=Identifier(DIFFERING)),
        {
            "least": leap.least, "times": leap.times, "fewest": leap.months, "named": LEAPS, "levels": list(here.levels),
            "digits": [digits[level] for level in here.levels], "there": _there(cursor, file_months(cursor)),
        },
    )  # fmt: skip
    for row, month, code, name, volume, before in cursor.fetchall():
        told = f"{name} {code} {month}: {_m3(volume)} ≥ {leap.times} × {_m3(before)}"
        verdicts.warned.add(row, "volume_m3", _m3(volume), "region_unlike_before", told.strip())
        verdicts.used.add("implausible")


def _refuse_a_flood(cursor: Cursor) -> None:
    """Raise `ImportRefused` for more than can be summed: the sums are made after a dry run has said that all is well."""
    cursor.execute(SQL("SELECT COALESCE(sum(abs(volume_l)), 0) FROM {}").format(Identifier(ROWS)))
    litres = int(cursor.fetchone()[0])
    if litres > MOST_LITRES_OF_A_FILE:
        raise ImportRefused(
            "水量合计 {litres:,} m³，超过一个文件可有的 {most_litres_of_a_file:,} m³：请检查单位",
            "the volumes add up to {litres:,} m³, more than a file may hold: check the unit",
            param="volume_l",
            litres=litres // 1000,
            most_litres_of_a_file=MOST_LITRES_OF_A_FILE // 1000,
        )


def file_months(cursor: Cursor) -> list[Any]:
    """The months of the rows to be written."""
    cursor.execute(SQL("SELECT DISTINCT month FROM {} ORDER BY 1").format(Identifier(ROWS)))
    return [row[0] for row in cursor.fetchall()]


def same_records(cursor: Cursor) -> list[int]:
    """The ids of the records that are there with the keys of `ROWS`, each found by the index; for a few rows."""
    absent = {name: SQL("u.{0} IS NULL AND r.{0} IS NULL").format(Identifier(name)) for name in _PLACES}
    found: list[int] = []
    for place in _PLACES:
        others = SQL(" AND ").join(absent[name] for name in _PLACES if name != place)
        cursor.execute(
            SQL(
                "SELECT u.id FROM {rows} r JOIN {table} u ON u.month = r.month AND u.{place} = r.{place} AND {others} "
                "AND u.source = r.source AND u.purpose = r.purpose AND u.correction_no = r.correction_no"
            ).format(rows=Identifier(ROWS), table=Identifier(TABLE), place=Identifier(place), others=others)
        )
        found += [row[0] for row in cursor.fetchall()]
    return found


def records_there() -> Composable:
    """The ids of the records of the months of `ROWS` that have the key of one of them, as a query."""
    return SQL("SELECT u.id FROM {table} u JOIN {rows} r ON {same} WHERE u.month IN (SELECT month FROM {rows})").format(
        table=Identifier(TABLE), rows=Identifier(ROWS), same=_SAME
    )


def changed_records() -> Composable:
    """The ids of the records whose volume `ROWS` will change, as a query on what `find_changes` found."""
    return SQL("SELECT record_id FROM {} WHERE record_id IS NOT NULL").format(Identifier(DIFFERING))


_PLACES = ("meter_id", "facility_id", "region_id")

# Absent places compare equal; 0 is no id, and unlike IS NOT DISTINCT FROM an equality can be hashed.
_SAME = SQL(
    "u.month = r.month AND COALESCE(u.meter_id, 0) = COALESCE(r.meter_id, 0) "
    "AND COALESCE(u.facility_id, 0) = COALESCE(r.facility_id, 0) "
    "AND COALESCE(u.region_id, 0) = COALESCE(r.region_id, 0) "
    "AND u.source = r.source AND u.purpose = r.purpose AND u.correction_no = r.correction_no"
)


def _merge(cursor: Cursor, spec: Spec, columns: list[str], release_id: int) -> Outcome:
    """Insert the records that are not there, update those whose volume differs, leave the others: as `find_changes` found them."""
    cursor.execute(
        SQL(
            "WITH done AS (INSERT INTO {table} AS t ({columns}) SELECT {values} FROM {rows} r "
            "JOIN {differing} d ON d.id = r.id "
            "ON CONFLICT ({key}) DO UPDATE SET volume_l = EXCLUDED.volume_l, release_id = EXCLUDED.release_id "
            "RETURNING t.month, t.xmax = 0 AS is_new) "
            "SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new), "
            "array_agg(DISTINCT month ORDER BY month), (SELECT count(*) FROM {rows}) FROM done"
        ).format(
            table=Identifier(spec.table),
            rows=Identifier(ROWS),
            differing=Identifier(DIFFERING),
            key=SQL(", ").join(map(Identifier, spec.key)),
            **insertion(spec, columns, release_id),
        )
    )
    new, changed, months, rows = cursor.fetchone()
    return Outcome(new, changed, rows - new - changed, months=list(months or []))
