"""Where things stand: without a position, outside the city, elsewhere than declared, two at one point."""

from __future__ import annotations

from layers.quality.rule import FOR_ALL, FOR_PERSONS, Rule, given
from layers.vocab import GRAVE, NOTABLE
from layers.words import Words

WORKS = (
    "well",
    "surface_intake",
    "facility",
    "sewage_plant",
)  # what is built in the ground, and seen by everybody who sees objects
OF_PERSONS = ("water_user", "meter")

# Readings by which a position may be meant: latitude and longitude swapped, moved as web maps do (GCJ-02), a zone's meridian mistaken.
_READINGS = """
LATERAL (VALUES
    ('swapped', ST_Y(o.geom), ST_X(o.geom)),
    ('zone', ST_X(o.geom) + 3, ST_Y(o.geom)), ('zone', ST_X(o.geom) - 3, ST_Y(o.geom)),
    ('zone', ST_X(o.geom) + 6, ST_Y(o.geom)), ('zone', ST_X(o.geom) - 6, ST_Y(o.geom)),
    ('gcj02', ST_X(o.geom) - shift.east, ST_Y(o.geom) - shift.north)
) AS reading(name, lon, lat)
"""
# The published offset of GCJ-02 at a position, in degrees; see `layers.ingest.gcj02` for its source. One step back is good to a metre.
_SHIFT = """
LATERAL (
    SELECT degrees(
               (300 + x + 2*y + 0.1*x*x + 0.1*x*y + 0.1*sqrt(abs(x)) + short*2/3
                + (20*sin(x*pi()) + 40*sin(x/3*pi()))*2/3 + (150*sin(x/12*pi()) + 300*sin(x/30*pi()))*2/3)
               / (6378245.0 / sqrt(squeeze) * cos(phi))) AS east,
           degrees(
               (-100 + 2*x + 3*y + 0.2*y*y + 0.1*x*y + 0.2*sqrt(abs(x)) + short*2/3
                + (20*sin(y*pi()) + 40*sin(y/3*pi()))*2/3 + (160*sin(y/12*pi()) + 320*sin(y*pi()/30))*2/3)
               / (6378245.0 * (1 - 0.00669342162296594323) / (squeeze * sqrt(squeeze)))) AS north
    FROM (SELECT ST_X(o.geom) - 105.0 AS x, ST_Y(o.geom) - 35.0 AS y, radians(ST_Y(o.geom)) AS phi) at,
         LATERAL (SELECT 20*sin(6*x*pi()) + 20*sin(2*x*pi()) AS short, 1 - 0.00669342162296594323*sin(phi)^2 AS squeeze) more
) AS shift
"""
# Of an object `o` declared in `d`: the first reading under which it would lie there, as an alternative to move it to.
_MEANT = f"""
LEFT JOIN LATERAL (
    SELECT reading.name, round(reading.lon::numeric, 7) AS lon, round(reading.lat::numeric, 7) AS lat
    FROM {_SHIFT}, {_READINGS}
    JOIN layers_boundarypiece piece ON ST_Covers(piece.geom, ST_SetSRID(ST_MakePoint(reading.lon, reading.lat), 4490))
    JOIN layers_boundary b ON b.id = piece.boundary_id AND b.valid_to_id IS NULL
    JOIN layers_region r ON r.id = piece.region_id AND r.valid_to_id IS NULL AND starts_with(r.code, d.code)
    WHERE reading.lon BETWEEN -180 AND 180 AND reading.lat BETWEEN -90 AND 90
    ORDER BY reading.name = 'zone', reading.name LIMIT 1
) meant ON TRUE
"""
_MOVED = """CASE WHEN meant.name IS NOT NULL THEN jsonb_build_array(jsonb_build_array(jsonb_build_object(
    'do', 'move', 'lon', meant.lon, 'lat', meant.lat, 'by', meant.name))) ELSE '[]'::jsonb END"""

_MISSING = """
SELECT ARRAY[o.id] AS ids, '' AS subkey, NULL::geometry AS geom, o.declared_region_id AS region, '{}'::jsonb AS evidence,
       '[[{"do": "fill", "field": "geometry"}]]'::jsonb AS fixes
FROM :table o WHERE o.geom IS NULL AND :only(o.id)
"""
_OUTSIDE = f"""
SELECT ARRAY[o.id] AS ids, '' AS subkey, o.geom, o.declared_region_id AS region,
       jsonb_build_object('lon', round(ST_X(o.geom)::numeric, 5), 'lat', round(ST_Y(o.geom)::numeric, 5), 'declared', d.code) AS evidence,
       {_MOVED} || '[[{{"do": "fill", "field": "geometry"}}]]'::jsonb AS fixes
FROM :table o
LEFT JOIN layers_region d ON d.id = o.declared_region_id
{_MEANT}
WHERE o.geom IS NOT NULL AND o.found_region_id IS NULL AND :only(o.id)
"""
_ELSEWHERE = f"""
SELECT ARRAY[o.id] AS ids, '' AS subkey, o.geom, d.id AS region,
       jsonb_build_object(
           'declared', d.code, 'declared_name', d.name, 'found', f.code, 'found_name', f.name,
           'km', round((ST_Distance(o.geom::geography, b.geom::geography) / 1000)::numeric, 1)) AS evidence,
       {_MOVED} || jsonb_build_array(jsonb_build_array(jsonb_build_object(
           'do', 'set', 'field', 'region', 'value', left(f.code, length(d.code))))) AS fixes
FROM :table o
JOIN layers_region d ON d.id = o.declared_region_id
JOIN layers_region f ON f.id = o.found_region_id AND NOT starts_with(f.code, d.code)
LEFT JOIN layers_boundary b ON b.region_id = d.id AND b.valid_to_id IS NULL
{_MEANT}
WHERE :only(o.id)
"""
# Objects at one and the same point: one finding of all of them.
_ONE_POINT = """
SELECT found.ids, '' AS subkey, found.geom, found.region,
       jsonb_build_object('count', cardinality(found.ids)) AS evidence,
       '[[{"do": "fill", "field": "geometry"}]]'::jsonb AS fixes
FROM (
    SELECT array_agg(o.id ORDER BY o.id) AS ids, o.geom,
           (array_agg(COALESCE(o.found_region_id, o.declared_region_id) ORDER BY o.id))[1] AS region
    FROM :table o
    WHERE o.geom IS NOT NULL AND (:any OR o.geom IN (SELECT m.geom FROM :table m WHERE :only(m.id)))
    GROUP BY o.geom HAVING count(*) BETWEEN 2 AND %(most)s
) found
"""
# One alphabet for codes: full-width letters, separators and case are no difference.
_SPELT = "upper(translate(normalize(o.code, NFKC), ' -_./·', ''))"
_SAME_CODE = f"""
SELECT found.ids, '' AS subkey, found.geom, found.region,
       jsonb_build_object('codes', found.codes) AS evidence, '[[{{"do": "close"}}]]'::jsonb AS fixes
FROM (
    SELECT array_agg(o.id ORDER BY o.id) AS ids, array_agg(o.code ORDER BY o.code) AS codes, (array_agg(o.geom ORDER BY o.id))[1] AS geom,
           (array_agg(COALESCE(o.found_region_id, o.declared_region_id) ORDER BY o.id))[1] AS region
    FROM :table o
    WHERE :any OR {_SPELT} IN (SELECT {_SPELT} FROM :table o WHERE :only(o.id))
    GROUP BY {_SPELT} HAVING count(*) > 1
) found
WHERE :touched(found.ids)
"""

_EVERYWHERE = (
    rule
    for of_person, datasets, first in ((False, WORKS, 100), (True, OF_PERSONS, 150))
    for mark, whose in (("_of_person", FOR_PERSONS) if of_person else ("", FOR_ALL),)
    for rule in (
        Rule(
            first + 1, f"position_missing{mark}", "没有位置{of}", "No position{of}", datasets, NOTABLE,
            Words("登记了，但没有坐标。", "It is registered, without coordinates."),
            Words("地图上看不到；水量只能计到登记的区划，落不到村和网格。", "No map shows it; its water counts in the declared division alone, in no village and no cell."),
            Words("补测或补填坐标后重新导入，或在管理后台填写位置。", "Survey it and import its coordinates, or set them in the administration."),
            Words("没有坐标", "no coordinates"),
            _MISSING, of_person=of_person, incomplete=True, of=whose,
        ),
        Rule(
            first + 2, f"position_outside{mark}", "位于市域之外{of}", "Outside the city{of}", datasets, GRAVE,
            Words("坐标不在本市任何一个村（社区）之内。", "Its coordinates lie in no village of the city."),
            Words("它的水量记为市域之外，登记它的区少了这部分。", "Its water counts outside of the city, and is missing where it is registered."),
            Words("核对坐标：经纬度是否写反，是否为加偏（GCJ-02）坐标，分带是否正确。", "Check the coordinates: latitude and longitude swapped, the offset of web maps (GCJ-02), the zone."),
            Words("坐标 {lon}, {lat} 在市域之外，登记在 {declared}", "{lon}, {lat} is outside of the city; declared in {declared}"),
            _OUTSIDE, of_person=of_person, of=whose,
        ),
        Rule(
            first + 3, f"position_elsewhere{mark}", "位置与登记区划不符{of}", "Not in the declared division{of}", datasets, GRAVE,
            Words("坐标所在的区、街道（乡镇）或村，不是登记的那个。", "Its coordinates lie in another district, township or village than is declared."),
            Words("水量按位置统计：登记它的区划少计，位置所在的区划多计。", "Water counts by position: the declared division has too little, the one it lies in too much."),
            Words("位置对就改登记区划；登记对就改坐标，先看建议的读法是否合适。", "Where the position is right, mend the declared division; where that is right, the coordinates: see the reading that is proposed."),
            Words("登记在{declared_name}（{declared}），位于{found_name}（{found}），相距 {km} 公里", "declared in {declared_name} ({declared}), found in {found_name} ({found}), {km} km off"),
            _ELSEWHERE, of_person=of_person, of=whose,
        ),
        Rule(
            first + 4, f"code_spelt_twice{mark}", "编码只差写法{of}", "Codes that differ in spelling alone{of}", datasets, NOTABLE,
            Words("两个以上对象的编码去掉大小写、全半角和分隔符后相同。", "Codes of several objects are one without case, width and separators."),
            Words("多半是同一个对象登记了两次，数量和水量会重复。", "It is likely one object registered twice, and counted twice."),
            Words("确认后停用或删除多余的一个，把关联转到保留的一个。", "Close or delete the one too many, and move its links to the one that stays."),
            Words("编码 {codes}", "codes {codes}"),
            _SAME_CODE, of_person=of_person, of=whose,
        ),
    )
)  # fmt: skip
RULES: tuple[Rule, ...] = (
    *_EVERYWHERE,
    Rule(
        105, "same_point", "坐标完全相同", "At one and the same point", WORKS, NOTABLE,
        Words("几个同类对象的坐标一模一样。", "Several objects of a kind have the very same coordinates."),
        Words("常是以村委会或单位的坐标代替，或同一个对象登记了两次。", "Often a village's office stands for them, or one object is registered twice."),
        Words("逐个补测；重复登记的停用一个。", "Survey each; of one registered twice close one."),
        Words("{count} 个对象在同一点", "{count} objects at one point"),
        _ONE_POINT, given=given(most=1000),
    ),
)  # fmt: skip
