"""Five thousand faults planted in the city, in a transaction that is undone: how many the rules find, and what they find besides."""

from __future__ import annotations

from dataclasses import dataclass

from tests.benchmarks import harness

TITLE = "Quality: faults planted in the city, found, and false alarms among objects that nobody touched"
EACH = 500
ABROAD = "ST_SetSRID(ST_MakePoint(100 + id %% 1000 / 1e4, 30), 4490)"


@dataclass(frozen=True)
class Plant:
    """``write`` plants the rule's fault in the objects of ``%(ids)s``."""

    rule: str
    dataset: str
    write: str


PLANTS = (
    Plant("position_missing", "well", "UPDATE layers_well SET geom = NULL, found_region_id = NULL WHERE id = ANY(%(ids)s)"),
    Plant("position_outside", "well", f"UPDATE layers_well SET geom = {ABROAD}, found_region_id = NULL WHERE id = ANY(%(ids)s)"),
    Plant(
        "position_elsewhere", "well",
        "UPDATE layers_well w SET geom = v.geom, found_region_id = v.region_id FROM (SELECT DISTINCT ON (left(r.code, 6))"
        " r.code, b.region_id, ST_PointOnSurface(b.geom) AS geom FROM layers_boundary b JOIN layers_region r ON r.id = b.region_id"
        " WHERE b.valid_to_id IS NULL AND r.level = 4 ORDER BY left(r.code, 6), r.code) v, layers_region d WHERE w.id = ANY(%(ids)s)"
        " AND d.id = w.declared_region_id AND left(v.code, 6) = CASE left(d.code, 6) WHEN '110101' THEN '110102' ELSE '110101' END",
    ),
    Plant("well_without_depth", "well", "UPDATE layers_well SET depth_m = NULL WHERE id = ANY(%(ids)s)"),
    Plant("well_without_year", "well", "UPDATE layers_well SET year_built = NULL WHERE id = ANY(%(ids)s)"),
    Plant("well_unmetered", "well", "UPDATE layers_well SET metering = 3 WHERE id = ANY(%(ids)s)"),
    Plant("well_without_permit", "well", "DELETE FROM layers_well_permits WHERE well_id = ANY(%(ids)s)"),
    Plant("permit_expired", "permit", "UPDATE layers_abstractionpermit SET valid_to = '2001-01-01' WHERE id = ANY(%(ids)s)"),
    Plant("meter_without_user", "meter", "DELETE FROM layers_meter_users WHERE meter_id = ANY(%(ids)s)"),
    Plant("position_missing_of_person", "meter", "UPDATE layers_meter SET geom = NULL, found_region_id = NULL WHERE id = ANY(%(ids)s)"),
    Plant("position_outside_of_person", "water_user", f"UPDATE layers_wateruser SET geom = {ABROAD}, found_region_id = NULL WHERE id = ANY(%(ids)s)"),
)  # fmt: skip

# Objects in which a rule finds nothing now, and no other fault was planted; of those that can have it.
SOUND = """
SELECT o.id FROM {table} o
WHERE NOT o.id = ANY(%(taken)s) AND {able}
  AND o.id NOT IN (SELECT unnest(object_ids) FROM layers_finding WHERE standing AND rule = %(rule)s AND dataset = %(dataset)s)
ORDER BY md5(o.id::text || %(code)s) LIMIT %(each)s
"""
ABLE = {
    "well_unmetered": "use <> 4",
    "well_without_permit": "use <> 4",
    "position_elsewhere": "declared_region_id IS NOT NULL",
    # What nobody takes by may be over.
    "permit_expired": "EXISTS (SELECT FROM layers_well_permits p JOIN layers_well w ON w.id = p.well_id AND w.status = 1"
    " WHERE p.abstractionpermit_id = o.id)",
}
LINKED = "SELECT abstractionpermit_id FROM layers_well_permits WHERE well_id = ANY(%s)"
USERS = "SELECT wateruser_id FROM layers_meter_users WHERE meter_id = ANY(%s)"


def measure() -> str:
    harness.django_setup()
    from django.db import connection, transaction

    from layers.findings import touched
    from layers.models import Finding
    from layers.placing import table_of
    from layers.quality import BY_CODE

    lines, taken = [], {name: [] for name in ("well", "permit", "meter", "water_user")}
    planted: list[tuple[Plant, list[int]]] = []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        touched.check_all(cursor)
        before = set(Finding.objects.filter(standing=True).values_list("code", flat=True))
        for plant in PLANTS:
            rule = BY_CODE[plant.rule]
            query = SOUND.format(table=table_of(plant.dataset), able=ABLE.get(plant.rule, "TRUE"))
            cursor.execute(query, {"taken": taken[plant.dataset], "rule": rule.id, "dataset": plant.dataset, "code": plant.rule, "each": EACH})  # fmt: skip
            ids = [row[0] for row in cursor.fetchall()]
            for text, of in ((LINKED, "permit"), (USERS, "water_user")):  # what loses its links is touched as well
                if plant.dataset in ("well", "meter") and (plant.dataset == "well") == (of == "permit"):
                    cursor.execute(text, [ids])
                    taken[of] += [row[0] for row in cursor.fetchall()]
            cursor.execute(plant.write, {"ids": ids})
            taken[plant.dataset] += ids
            planted.append((plant, ids))
        touched.check_all(cursor)
        everything = found_in_all = 0
        for plant, ids in planted:
            found = Finding.objects.filter(standing=True, rule=BY_CODE[plant.rule].id, dataset=plant.dataset)
            hit = {one for row in found.values_list("object_ids", flat=True) for one in row} & set(ids)
            lines.append([plant.rule, f"{len(ids):,}", f"{len(hit):,}", f"{len(hit) / len(ids):.3f}"])
            everything, found_in_all = everything + len(ids), found_in_all + len(hit)
        new = Finding.objects.filter(standing=True).exclude(code__in=before)
        alarms = [one for one in new if one.dataset not in taken or not set(one.object_ids) & set(taken[one.dataset])]
        untouched = 0
        for name, ids in taken.items():
            cursor.execute(f"SELECT count(*) FROM {table_of(name)}")
            untouched += cursor.fetchone()[0] - len(set(ids))
        lines.append(["all", f"{everything:,}", f"{found_in_all:,}", f"{found_in_all / everything:.3f}"])
        transaction.set_rollback(True)
    share = len(alarms) / untouched
    said = f"False alarms: {len(alarms):,} among {untouched:,} objects that nobody touched, {share:.4%} (bound 0.5 %)"
    kinds = ", ".join(sorted({f"{one.rule} {one.dataset}" for one in alarms})[:5])
    return harness.table(["rule", "planted", "found", "share"], lines) + f"\n\n{said}{': ' + kinds if kinds else ''}."
