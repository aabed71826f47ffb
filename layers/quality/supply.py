"""How water is supplied: facilities without an area or a capacity, or above it; areas that are far, overlap or cover nothing."""

from __future__ import annotations

from layers import vocab
from layers.quality.each import CHANGED, each, fill
from layers.quality.rule import FOR_ALL, FOR_SELF_BUILT, Rule, given, reads
from layers.vocab import GRAVE, NOTABLE, SLIGHT
from layers.words import Words

_SELF_BUILT = vocab.FACILITY_KIND.id_of("self_built")
_PUBLIC = [term.id for term in vocab.FACILITY_KIND if term.id != _SELF_BUILT]
_OF_FACILITY = "COALESCE(f.found_region_id, f.declared_region_id)"

# A month's water against what the facility can supply in so many days, and a tenth above it: meters at both ends are never quite one.
# Of the newest twelve months, which are found one by one in the index that leads with the month.
_ABOVE_CAPACITY = f"""
SELECT ARRAY[f.id] AS ids, to_char(used.month, 'YYYY-MM') AS subkey, f.geom, {_OF_FACILITY} AS region,
       jsonb_build_object('month', to_char(used.month, 'YYYY-MM'), 'm3', round(used.litres / 1000),
                          'most', f.capacity_m3_d * used.days, 'capacity', f.capacity_m3_d) AS evidence,
       '{fill("capacity_m3_d")}'::jsonb AS fixes
FROM (
    SELECT m.month, extract(day FROM m.month + interval '1 month' - interval '1 day')::integer AS days, u.facility_id,
           sum(u.volume_l) AS litres
    FROM (SELECT (%(newest)s::date - back * interval '1 month')::date AS month FROM generate_series(0, 11) AS back) m
    JOIN layers_usagerecord u ON u.month = m.month AND u.meter_id IS NULL AND u.facility_id IS NOT NULL AND :only(u.facility_id)
    GROUP BY 1, 2, 3
) used
JOIN :table f ON f.id = used.facility_id AND f.kind = ANY (%(kinds)s)
WHERE used.litres > f.capacity_m3_d * used.days * 1000 * %(times)s
"""
# Five kilometres are at least 0.0447 degrees, so that only what is farther in degrees is measured on the ground.
_FAR = f"""
SELECT ARRAY[o.id] AS ids, '' AS subkey, ST_ClosestPoint(o.geom, f.geom) AS geom, {_OF_FACILITY} AS region,
       jsonb_build_object('facility', f.code, 'km', round((away.m / 1000)::numeric, 1)) AS evidence, '[]'::jsonb AS fixes
FROM :table o JOIN layers_supplyfacility f ON f.id = o.facility_id AND NOT ST_DWithin(o.geom, f.geom, %(metres)s / 112000.0)
CROSS JOIN LATERAL (SELECT ST_Distance(o.geom::geography, f.geom::geography) AS m) away
WHERE away.m > %(metres)s AND :only(o.id)
"""
# Pairs of a kind are found first, then what merely touches is told apart, and only the rest is cut; `a` is the smaller.
_OVERLAP = f"""
WITH pair AS MATERIALIZED (
    SELECT a.id AS a, b.id AS b, {_OF_FACILITY} AS region
    FROM :table a JOIN :table b ON a.geom && b.geom AND (a.area_m2, a.id) < (b.area_m2, b.id)
    JOIN layers_supplyfacility f ON f.id = a.facility_id
    JOIN layers_supplyfacility g ON g.id = b.facility_id AND g.kind = f.kind
    WHERE :only(a.id) OR :only(b.id)
)
SELECT ARRAY[LEAST(a.id, b.id), GREATEST(a.id, b.id)] AS ids, '' AS subkey, ST_PointOnSurface(common.geom) AS geom, pair.region,
       jsonb_build_object('share', round(100 * (common.m2 / a.area_m2)::numeric)) AS evidence, '[]'::jsonb AS fixes
FROM pair JOIN :table a ON a.id = pair.a JOIN :table b ON b.id = pair.b AND ST_Relate(a.geom, b.geom, '2********')
CROSS JOIN LATERAL (
    SELECT shape.geom, ST_Area(layers_plane(shape.geom)) AS m2
    FROM (SELECT ST_CollectionExtract(ST_Intersection(a.geom, b.geom), 3) AS geom) shape
) common
WHERE common.m2 > a.area_m2 * %(share)s
"""
# A village's centre is where its name is written.
_COVERS_NOTHING = f"""
SELECT ARRAY[o.id] AS ids, '' AS subkey, ST_PointOnSurface(o.geom) AS geom, {_OF_FACILITY} AS region,
       jsonb_build_object('facility', f.code) AS evidence, '[[{{"do": "close"}}]]'::jsonb AS fixes
FROM :table o JOIN layers_supplyfacility f ON f.id = o.facility_id
WHERE :only(o.id)
  AND NOT EXISTS (SELECT FROM layers_boundary b JOIN layers_region r ON r.id = b.region_id AND r.level = {vocab.VILLAGE}
                  WHERE b.valid_to_id IS NULL AND r.valid_to_id IS NULL AND ST_Intersects(o.geom_3857, b.label_3857))
  AND NOT EXISTS (SELECT FROM layers_wateruser u WHERE ST_Intersects(o.geom, u.geom))
  AND NOT EXISTS (SELECT FROM layers_meter m WHERE ST_Intersects(o.geom, m.geom))
"""


def _areas_of(things: str) -> str:
    """The query of the areas in which changed rows of a table stand, or stood."""
    return (
        f"SELECT a.id FROM {things} o JOIN layers_supplyarea a ON ST_Intersects(a.geom, o.geom) WHERE o.id IN {CHANGED}"
    )


_AREAS_OF_FACILITIES = f"SELECT id FROM layers_supplyarea WHERE facility_id IN {CHANGED}"
_FACILITIES_OF_RECORDS = f"SELECT facility_id FROM layers_usagerecord WHERE id IN {CHANGED} AND facility_id IS NOT NULL"


def _above_capacity(id: int, mark: str, kinds: list[int], of_person: bool) -> Rule:
    """What a self-built supply gives is its owner's own; what a public one does is told to all."""
    return Rule(
        id, f"facility_above_capacity{mark}", "供水量超过供水能力{of}", "More supplied than can be{of}", ("facility",), GRAVE,
        Words("一个月的供水量比供水能力乘以当月天数还多一成以上。", "In a month more was supplied than its capacity gives in so many days and a tenth above it."),
        Words("水量或供水能力有一个不对，按它算出的负荷率不可信。", "Either the water or the capacity is wrong, and so is every load that is reckoned with them."),
        Words("核对当月水量的单位，再核对供水能力（是立方米每日）。", "Check the unit of the month's water, then the capacity (cubic metres a day)."),
        Words("{month} 供水 {m3} m³，按每日 {capacity} m³ 最多 {most} m³", "{m3} m³ in {month}, at most {most} m³ at {capacity} m³ a day"),
        _ABOVE_CAPACITY, reads=reads(usage=_FACILITIES_OF_RECORDS), uses=("newest",), given=given(times=1.1, kinds=kinds),
        of_person=of_person, of=FOR_SELF_BUILT if of_person else FOR_ALL,
    )  # fmt: skip


RULES = (
    Rule(
        301, "facility_without_area", "供水设施没有供水范围", "A facility without a supply area", ("facility",), NOTABLE,
        Words("没有一个供水范围是它的。", "No supply area is its own."),
        Words("它的水量只能按设施所在的位置落格，供水人口和覆盖都算不出。", "Its water can be put only where it stands, and whom it supplies cannot be told."),
        Words("勾绘供水范围，填上设施编码后导入。", "Draw its supply area and import it with the facility's code."),
        Words("没有供水范围", "no supply area"),
        each("NOT EXISTS (SELECT FROM layers_supplyarea a WHERE a.facility_id = o.id)"),
        reads=reads(supply_area=f"SELECT facility_id FROM layers_supplyarea WHERE id IN {CHANGED}"), incomplete=True,
    ),
    Rule(
        302, "facility_without_capacity", "供水设施没有供水能力", "A facility without a capacity", ("facility",), NOTABLE,
        Words("登记时没有填供水能力。", "Its capacity was not registered."),
        Words("算不出负荷率，所在区划的供水能力少计。", "Its load cannot be reckoned, and its division's capacity is counted short."),
        Words("查设计或验收资料，补填供水能力。", "Look it up in its design or its approval, and fill it in."),
        Words("没有供水能力", "no capacity"),
        each("o.capacity_m3_d IS NULL", fixes=fill("capacity_m3_d")), incomplete=True,
    ),
    _above_capacity(303, "", _PUBLIC, of_person=False),
    Rule(
        304, "area_far", "供水范围远离供水设施", "An area far from its facility", ("supply_area",), NOTABLE,
        Words("供水范围离供水设施最近处也在 5 公里以上。", "Even the nearest point of the area is more than 5 km from its facility."),
        Words(
            "多半是设施编码填错，或设施、范围的坐标有误；水量会落到别处。",
            "Likely the facility's code is wrong, or the position of one of them: its water is put elsewhere.",
        ),
        Words(
            "核对范围所填的设施编码和设施的坐标；确为长距离输水的，予以认可。",
            "Check the code of the facility and its position; where water is really led so far, accept it.",
        ),
        Words("距设施 {facility} {km} 公里", "{km} km from facility {facility}"),
        _FAR, reads=reads(facility=_AREAS_OF_FACILITIES), given=given(metres=5000),
    ),
    Rule(
        305, "areas_overlap", "供水范围重叠", "Areas that overlap", ("supply_area",), NOTABLE,
        Words("两个同类设施的供水范围，重叠超过较小者的一成。", "The areas of two facilities of a kind overlap by more than a tenth of the smaller."),
        Words("重叠处的人口和水量会被两家各算一次。", "The people and the water of what they share are counted by both."),
        Words("核对两个范围的界线；确为联合供水的，予以认可。", "Check the lines of both; where they supply it together, accept it."),
        Words("重叠占较小者的 {share}%", "{share}% of the smaller"),
        _OVERLAP, reads=reads(facility=_AREAS_OF_FACILITIES), given=given(share=0.1),
    ),
    Rule(
        306, "area_covers_nothing", "供水范围内空无一物", "An area that covers nothing", ("supply_area",), SLIGHT,
        Words("范围内没有用水户、水表，也没有任何一个村（社区）的中心。", "In it there is no user, no meter and no village's centre."),
        Words("水量按范围落格，会落在没有人用水的地方。", "Water that is shared out by it comes to lie where nobody uses any."),
        Words("核对范围的坐标和界线；作废的，停用或删除。", "Check its coordinates and its line; close or delete what holds no more."),
        Words("设施 {facility} 的范围内没有用水户、水表和村中心", "no user, no meter and no village's centre in the area of facility {facility}"),
        _COVERS_NOTHING,
        reads=reads(facility=_AREAS_OF_FACILITIES, water_user=_areas_of("layers_wateruser"), meter=_areas_of("layers_meter")),
    ),
    _above_capacity(307, "_of_person", [_SELF_BUILT], of_person=True),
)  # fmt: skip
