"""Taking a release of divisions back: one more release, with the divisions as they were before it.

It corrects the edition that the release is of: the months that spoke in its divisions speak in the former ones again, and
those of editions before it were never touched.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from psycopg.sql import SQL, Identifier, Literal

from layers import editions, place
from layers.ingest import regions
from layers.ingest.follow import leading_to_regions
from layers.ingest.refusal import Faults, ImportRefused
from layers.ingest.rows import GEOM, ROW
from layers.ingest.staging import STAGED
from layers.ingest.upsert import Outcome
from layers.models import Region
from layers.words import Words

Cursor = Any

# The divisions that the release wrote anew or whose outline it drew anew, as they were; and the codes that it brought.
_FORMER = """
SELECT row_number() OVER (ORDER BY r.code)::int AS {row}, r.code, r.name, r.level, u.code AS reporting_unit,
    b.source AS boundary_source, b.quality AS boundary_quality, b.geom AS {geom}
FROM layers_region r
LEFT JOIN layers_boundary b ON b.region_id = r.id AND b.valid_to_id = {release}
LEFT JOIN layers_reportingunit u ON u.id = r.reporting_unit_id
WHERE r.valid_to_id = {release} OR b.id IS NOT NULL
"""
_BROUGHT = "SELECT code FROM layers_region WHERE valid_from_id = {release} AND code NOT IN (SELECT code FROM {staged})"
_NAMES = ("code", "name", "level", "reporting_unit", "boundary_source", "boundary_quality", GEOM)
# The codes that the release touched and that are something else now than what it made them, with the release that touched them last.
_LATER = """
WITH touched AS (
    SELECT code FROM layers_region WHERE {release} IN (valid_from_id, valid_to_id)
    UNION
    SELECT r.code FROM layers_boundary b JOIN layers_region r ON r.id = b.region_id
    WHERE {release} IN (b.valid_from_id, b.valid_to_id)
), states AS (
    SELECT r.code, r.valid_to_id IS NULL AND b.valid_to_id IS NULL AS now,
        r.valid_from_id <= {release} AND COALESCE(r.valid_to_id > {release}, TRUE)
            AND b.valid_from_id <= {release} AND COALESCE(b.valid_to_id > {release}, TRUE) AS made,
        greatest(r.valid_from_id, r.valid_to_id, b.valid_from_id, b.valid_to_id) AS later,
        ROW(r.name, r.reporting_unit_id, b.source, b.quality, ST_Normalize(b.geom))::text AS state
    FROM touched JOIN layers_region r USING (code) JOIN layers_boundary b ON b.region_id = r.id
)
SELECT code, max(later) FROM states GROUP BY code
HAVING min(state) FILTER (WHERE now) IS DISTINCT FROM min(state) FILTER (WHERE made) ORDER BY 2 DESC, 1
"""


@dataclass(frozen=True, slots=True)
class Hindrance:
    """What stands in the way, and whom it names."""

    why: Words
    named: tuple[str, ...]


def hindrances(cursor: Cursor, release_id: int, *, again: bool) -> Iterator[Hindrance]:
    """Why the divisions cannot be taken back. Call `stage` first. ``again``: the release took another back itself, and what it
    opened was closed before with whatever led to it."""
    current = editions.read(cursor).current
    if release_id < current.first:
        yield Hindrance(
            Words(
                "此后的发布已使区划另起一版（自 {since} 起），中间各月仍按它统计；请把原来的边界再导入一次",
                "a later release began other divisions (from {since} on), and the months between speak in its own: import the former "
                "outlines again",
                since=f"{current.since:%Y-%m}" if current.since else "",
            ),
            (),
        )
    cursor.execute(SQL(_LATER).format(release=Literal(release_id)))
    if later := cursor.fetchall():
        yield Hindrance(
            Words(
                "以后的发布又改动了其中 {count} 个区划，请先撤销那些发布：{named}",
                "later releases changed {count} of its divisions: take those back first: {named}",
            ),
            tuple(f"{code}（#{by}）" for code, by in later),
        )
    if needed := () if again else tuple(_needed(cursor, release_id)):
        yield Hindrance(
            Words(
                "它新增的区划已被引用，不能停用：{named}",
                "others lead to divisions that it made, which cannot be closed: {named}",
            ),
            needed,
        )


def stage(cursor: Cursor, release_id: int) -> int:
    """The divisions that a release changed as they were before it, as if a file had brought them; → how many it changed or made."""
    cursor.execute(SQL("DROP TABLE IF EXISTS pg_temp.{}").format(Identifier(STAGED)))
    former = SQL(_FORMER).format(row=Identifier(ROW), geom=Identifier(GEOM), release=Literal(release_id))
    cursor.execute(SQL("CREATE TEMP TABLE {} ON COMMIT DROP AS {}").format(Identifier(STAGED), former))
    count = int(cursor.rowcount)
    cursor.execute(SQL("SELECT count(*) FROM ({}) brought").format(_brought(release_id)))
    return count + int(cursor.fetchone()[0])


def take_back(cursor: Cursor, release_id: int, new_id: int) -> Outcome:
    """Write what `stage` found as the release ``new_id``; ``closed`` of the outcome are the divisions that the former release made."""
    regions.make_rows(cursor, _NAMES, place.read(cursor).root)
    closed = regions.close(cursor, SQL("r.code IN ({})").format(_brought(release_id)), new_id)
    orphans = Faults()
    regions.refuse_orphans(cursor, orphans)
    if orphans.rows:
        raise ImportRefused(
            "不能撤销第 {pk} 号发布：{count} 个区划的上级已停用，请先恢复上级",
            "release {pk} cannot be taken back: {count} divisions would lie in one that has been closed since, which has to be there first",
            param="release",
            pk=release_id,
            count=len(orphans.rows),
        )
    outcome = regions.write(cursor, new_id, closed, release_id)
    regions.place_again(cursor, outcome, new_id)
    return outcome


def _brought(release_id: int) -> Any:
    return SQL(_BROUGHT).format(release=Literal(release_id), staged=Identifier(STAGED))


def _needed(cursor: Cursor, release_id: int) -> Iterator[str]:
    """Who leads to divisions that are to go, and how many of them; divisions below them are looked after when they are closed."""
    for relation in leading_to_regions():
        if relation.related_model is Region or not relation.field.editable:  # what is found by placing is found anew
            continue
        meta = relation.related_model._meta
        cursor.execute(
            SQL("SELECT count(*) FROM {} o JOIN layers_region r ON r.id = o.{} WHERE r.code IN ({})").format(
                Identifier(meta.db_table),
                Identifier(relation.field.column),
                _brought(release_id),
            )
        )
        if count := cursor.fetchone()[0]:
            yield f"{meta.verbose_name} {count:,}"
