"""Divisions: outlines that leave gaps in their parent's or overlap, villages that nothing supplies, and objects declared in a division that
is no more."""

from __future__ import annotations

from layers import vocab
from layers.quality.positions import OF_PERSONS, WORKS
from layers.quality.rule import ANY, FOR_ALL, FOR_PERMITS, FOR_PERSONS, Rule, given, reads
from layers.vocab import NOTABLE
from layers.words import Words

# Of each division that has parts: its outline without theirs, in pieces that are worth a look. One finding a division, at the largest of
# them: a gap has no name of its own.
_GAP = """
WITH parts AS MATERIALIZED (
    SELECT r.parent_id, ST_Union(b.geom) AS geom
    FROM layers_region r JOIN :table b ON b.region_id = r.id AND b.valid_to_id IS NULL
    WHERE r.valid_to_id IS NULL AND r.parent_id IS NOT NULL GROUP BY r.parent_id
)
SELECT ARRAY[o.id] AS ids, '' AS subkey, gaps.geom, o.region_id AS region,
       jsonb_build_object('count', gaps.count, 'm2', gaps.m2) AS evidence, '[]'::jsonb AS fixes
FROM :table o JOIN layers_region p ON p.id = o.region_id AND p.valid_to_id IS NULL
JOIN parts ON parts.parent_id = p.id
CROSS JOIN LATERAL (
    SELECT count(*) AS count, round(sum(one.m2)) AS m2, (array_agg(ST_PointOnSurface(one.geom) ORDER BY one.m2 DESC))[1] AS geom
    FROM (SELECT piece.geom, ST_Area(layers_plane(piece.geom)) AS m2 FROM ST_Dump(ST_Difference(o.geom, parts.geom)) piece) one
    WHERE one.m2 >= %(least)s
) gaps
WHERE o.valid_to_id IS NULL AND gaps.count > 0 AND :only(o.id)
"""
# Siblings alone are held beside each other, and what merely touches is told apart before anything is cut.
_OVERLAP = """
WITH part AS MATERIALIZED (
    SELECT b.id, b.geom, r.parent_id
    FROM :table b JOIN layers_region r ON r.id = b.region_id AND r.valid_to_id IS NULL AND r.parent_id IS NOT NULL
    WHERE b.valid_to_id IS NULL
)
SELECT ARRAY[a.id, b.id] AS ids, '' AS subkey, ST_PointOnSurface(common.geom) AS geom, a.parent_id AS region,
       jsonb_build_object('m2', round(common.m2)) AS evidence, '[]'::jsonb AS fixes
FROM part a JOIN part b ON b.parent_id = a.parent_id AND a.id < b.id AND a.geom && b.geom AND ST_Relate(a.geom, b.geom, '2********')
CROSS JOIN LATERAL (
    SELECT shape.geom, ST_Area(layers_plane(shape.geom)) AS m2
    FROM (SELECT ST_CollectionExtract(ST_Intersection(a.geom, b.geom), 3) AS geom) shape
) common
WHERE common.m2 >= %(least)s AND (:only(a.id) OR :only(b.id))
"""
_IN_SERVICE = vocab.STATUS.id_of("in_service")
# Met is more than a sliver that the outlines of neighbours share: a hundredth of the village.
_UNSUPPLIED = f"""
SELECT ARRAY[o.id] AS ids, '' AS subkey, ST_PointOnSurface(o.geom) AS geom, r.id AS region, '{{}}'::jsonb AS evidence, '[]'::jsonb AS fixes
FROM :table o JOIN layers_region r ON r.id = o.region_id AND r.valid_to_id IS NULL AND r.level = {vocab.VILLAGE}
WHERE o.valid_to_id IS NULL AND :only(o.id)
  AND NOT EXISTS (SELECT FROM layers_supplyfacility f WHERE f.status = {_IN_SERVICE} AND f.found_region_id = r.id)
  AND NOT EXISTS (SELECT FROM layers_supplyarea a WHERE ST_Intersects(a.geom_3857, o.label_3857))
  AND NOT EXISTS (SELECT FROM layers_supplyarea a WHERE ST_Intersects(a.geom, o.geom)
                  AND ST_Area(layers_plane(ST_CollectionExtract(ST_Intersection(a.geom, o.geom), 3))) > o.area_m2 * %(share)s)
"""
# Where it lies now is what it would be declared in, as finely as it was.
_CLOSED = """
SELECT ARRAY[o.id] AS ids, '' AS subkey, {geom} AS geom, {region} AS region, jsonb_build_object('code', d.code, 'name', d.name) AS evidence,
       {fixes} AS fixes
FROM :table o JOIN layers_region d ON d.id = o.declared_region_id AND d.valid_to_id IS NOT NULL {found}
WHERE :only(o.id)
"""
_PLACED_CLOSED = _CLOSED.format(
    geom="o.geom",
    region="COALESCE(o.found_region_id, o.declared_region_id)",
    found="LEFT JOIN layers_region f ON f.id = o.found_region_id AND f.valid_to_id IS NULL",
    fixes="""CASE WHEN f.id IS NOT NULL
            THEN jsonb_build_array(jsonb_build_array(jsonb_build_object(
                'do', 'set', 'field', 'region', 'value', left(f.code, length(d.code)))))
            ELSE '[[{"do": "fill", "field": "region"}]]'::jsonb END""",
)
_PERMIT_CLOSED = _CLOSED.format(
    geom="NULL::geometry",
    region="o.declared_region_id",
    found="",
    fixes="""'[[{"do": "fill", "field": "region"}]]'::jsonb""",
)


_OF = {"": FOR_ALL, "_of_permit": FOR_PERMITS, "_of_person": FOR_PERSONS}


def _closed(id: int, mark: str, datasets: tuple[str, ...], statement: str, *, of_person: bool = False) -> Rule:
    return Rule(
        id, f"region_closed{mark}", "登记区划已撤销{of}", "Declared in a division that is no more{of}", datasets, NOTABLE,
        Words("登记所在的区划已经失效，没有同代码的现行区划。", "The division that it is declared in holds no longer, and no current one has its code."),
        Words(
            "没有坐标的按登记区划统计，会从现行区划里漏掉；管理权属也不清。",
            "What has no position counts where it is declared, and is missing in every division of today; and nobody answers for it.",
        ),
        Words("查区划调整文件，改为接管它的现行区划。", "Look up in the decree what took it over, and declare it there."),
        Words("登记在已撤销的{name}（{code}）", "declared in {name} ({code}), which is no more"),
        statement, of_person=of_person, of=_OF[mark],
    )  # fmt: skip


# Their objects are outlines, each with the code of its division.
OUTLINES = (
    Rule(
        601, "boundary_gap", "区划边界有空隙", "A gap between outlines", ("region",), NOTABLE,
        Words("上级的边界之内，有 1,000 m² 以上的地方不属于任何一个下级。", "Of its outline 1,000 m² or more in a place are in none of its parts."),
        Words("落在空隙里的对象找不到村（社区），水量记为市域之外。", "What stands in a gap is in no village, and its water counts outside of the city."),
        Words("用同一套界线重新生成上下级边界后导入。", "Make the outlines of both levels from one set of lines, and import them again."),
        Words("空隙 {count} 处，共 {m2} m²", "gaps in {count} places, {m2} m² in all"),
        _GAP, given=given(least=1000),
    ),
    Rule(
        602, "boundary_overlap", "区划边界重叠", "Outlines that overlap", ("region",), NOTABLE,
        Words("同一上级的两个区划，边界重叠 100 m² 以上。", "The outlines of two divisions of one parent have 100 m² or more in common."),
        Words("落在重叠处的对象归哪一个，只能任选其一。", "Which of both an object there belongs to is arbitrary."),
        Words("核对两者的界线，按勘界成果改正后导入。", "Check the line between both, mend it by the survey, and import them again."),
        Words("重叠 {m2} m²", "{m2} m² in common"),
        _OVERLAP, given=given(least=100),
    ),
    Rule(
        606, "village_without_supply", "村（社区）没有供水", "A village without any supply", ("region",), NOTABLE,
        Words("没有供水范围覆盖这个村（社区），村内也没有在用的供水设施。", "No supply area covers any of it, and no facility in service stands in it."),
        Words("不是供水有空白，就是供水范围或设施没有登记全。", "Either nobody supplies it, or areas and facilities are not all registered."),
        Words(
            "查明由谁供水，补登供水范围或供水设施；确无供水的，予以认可。",
            "Find out who supplies it and register the area or the facility; where nobody does, accept it.",
        ),
        Words("没有供水范围，也没有在用的供水设施", "no supply area, and no facility in service"),
        _UNSUPPLIED, reads=reads(supply_area=ANY, facility=ANY), given=given(share=0.01),
    ),
)  # fmt: skip
RULES = (
    _closed(603, "", WORKS, _PLACED_CLOSED),
    _closed(604, "_of_permit", ("permit",), _PERMIT_CLOSED),
    _closed(605, "_of_person", OF_PERSONS, _PLACED_CLOSED, of_person=True),
)  # fmt: skip
