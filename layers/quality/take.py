"""Where water is taken: what a well lacks, and permits that are none, are over, allow nothing, or are taken more from than they allow."""

from __future__ import annotations

from layers import vocab
from layers.quality.each import (
    CHANGED,
    METERS_OF_RECORDS,
    METERS_OF_USERS,
    PERMITS_OF_INTAKES,
    PERMITS_OF_USERS,
    PERMITS_OF_WELLS,
    WELLS_OF_METERS,
    WELLS_OF_PERMITS,
    each,
    fill,
)
from layers.quality.rule import Rule, given, reads
from layers.vocab import GRAVE, NOTABLE, SLIGHT
from layers.words import Words

_MONITORING = vocab.WELL_USE.id_of("monitoring")
_METERED, _UNMETERED = vocab.METERING.id_of("water_meter"), vocab.METERING.id_of("none")
_IN_SERVICE = vocab.STATUS.id_of("in_service")
# Water that a user takes itself: the same as `layers.stats.permitted.OWN_WATER`, which is read by those who have models.
_OWN_WATER = sorted(vocab.SOURCE.id_of(code) for code in ("self_built_well", "surface_water"))

# A permit stands where the first of its wells or intakes does, and is theirs to mend where it says no division itself. A user's
# position and division are not told: they are somebody's.
_SPOT = """
LEFT JOIN LATERAL (
    SELECT at.geom, at.region FROM (
        (SELECT 1 AS kind, w.geom, COALESCE(w.found_region_id, w.declared_region_id) AS region
         FROM layers_well_permits wp JOIN layers_well w ON w.id = wp.well_id WHERE wp.abstractionpermit_id = o.id
         ORDER BY w.geom IS NULL, w.code LIMIT 1)
        UNION ALL
        (SELECT 2, s.geom, COALESCE(s.found_region_id, s.declared_region_id)
         FROM layers_surfaceintake_permits sp JOIN layers_surfaceintake s ON s.id = sp.surfaceintake_id
         WHERE sp.abstractionpermit_id = o.id ORDER BY s.geom IS NULL, s.code LIMIT 1)
    ) at ORDER BY at.geom IS NULL, at.kind LIMIT 1
) spot ON TRUE
"""
_AT_SPOT = "ARRAY[o.id] AS ids, '' AS subkey, spot.geom, COALESCE(o.declared_region_id, spot.region) AS region"

_BARE = f"""
SELECT {_AT_SPOT}, '{{}}'::jsonb AS evidence,
       '{fill("holder_code", "permitted_m3_per_year", "valid_from", "valid_to")}'::jsonb AS fixes
FROM :table o {_SPOT}
WHERE o.holder_id IS NULL AND o.permitted_l_per_year IS NULL AND o.valid_from IS NULL AND o.valid_to IS NULL AND :only(o.id)
"""
# Over in the newest month with records: a register of 2019 is not held to what came after it.
_EXPIRED = f"""
SELECT {_AT_SPOT}, jsonb_build_object('valid_to', o.valid_to) AS evidence, '{fill("valid_to")}'::jsonb AS fixes
FROM :table o {_SPOT}
WHERE o.valid_to < COALESCE(%(newest)s, CURRENT_DATE) AND :only(o.id) AND (
    EXISTS (SELECT FROM layers_well_permits wp JOIN layers_well w ON w.id = wp.well_id AND w.status = {_IN_SERVICE}
            WHERE wp.abstractionpermit_id = o.id)
    OR EXISTS (SELECT FROM layers_surfaceintake_permits sp WHERE sp.abstractionpermit_id = o.id)
    OR EXISTS (SELECT FROM layers_wateruser_permits up WHERE up.abstractionpermit_id = o.id))
"""
_OF_NOTHING = """
SELECT ARRAY[o.id] AS ids, '' AS subkey, NULL::geometry AS geom, o.declared_region_id AS region, '{}'::jsonb AS evidence,
       '[[{"do": "close"}]]'::jsonb AS fixes
FROM :table o
WHERE NOT EXISTS (SELECT FROM layers_well_permits wp WHERE wp.abstractionpermit_id = o.id)
  AND NOT EXISTS (SELECT FROM layers_surfaceintake_permits sp WHERE sp.abstractionpermit_id = o.id)
  AND NOT EXISTS (SELECT FROM layers_wateruser_permits up WHERE up.abstractionpermit_id = o.id) AND :only(o.id)
"""
_MANY_WELLS = f"""
SELECT {_AT_SPOT}, jsonb_build_object('count', wells.count) AS evidence, '[]'::jsonb AS fixes
FROM (SELECT wp.abstractionpermit_id AS id, count(*) FROM layers_well_permits wp WHERE :only(wp.abstractionpermit_id)
      GROUP BY 1 HAVING count(*) > %(most)s) wells
JOIN :table o ON o.id = wells.id {_SPOT}
"""
# Litres under a permit are those of `layers.stats.permitted`: of the meters at its wells, and of its users' meters of water that they
# take themselves and that are at no well. As there, a permit is held to what is its alone: not where a meter is under another as well.
_OWN = f"m.source = ANY ('{{{','.join(map(str, _OWN_WATER))}}}') AND NOT EXISTS (SELECT FROM layers_meter_wells x WHERE x.meter_id = m.id)"
_OVERUSED = f"""
WITH year AS (
    SELECT make_date(y, 1, 1) AS first, make_date(y, 12, 31) AS last, y
    FROM (SELECT extract(year FROM %(newest)s::date + interval '1 month')::integer - 1 AS y) one
), mine AS MATERIALIZED (
    SELECT o.id AS permit, mw.meter_id AS meter
    FROM :table o JOIN layers_well_permits wp ON wp.abstractionpermit_id = o.id JOIN layers_meter_wells mw ON mw.well_id = wp.well_id
    WHERE o.permitted_l_per_year IS NOT NULL AND :only(o.id)
    UNION
    SELECT o.id, m.id
    FROM :table o JOIN layers_wateruser_permits up ON up.abstractionpermit_id = o.id
    JOIN layers_meter_users mu ON mu.wateruser_id = up.wateruser_id JOIN layers_meter m ON m.id = mu.meter_id AND {_OWN}
    WHERE o.permitted_l_per_year IS NOT NULL AND :only(o.id)
), shared AS (
    SELECT mine.permit FROM mine
    WHERE EXISTS (SELECT FROM layers_meter_wells mw JOIN layers_well_permits wp ON wp.well_id = mw.well_id
                  WHERE mw.meter_id = mine.meter AND wp.abstractionpermit_id <> mine.permit)
       OR EXISTS (SELECT FROM layers_meter m JOIN layers_meter_users mu ON mu.meter_id = m.id
                  JOIN layers_wateruser_permits up ON up.wateruser_id = mu.wateruser_id
                  WHERE m.id = mine.meter AND {_OWN} AND up.abstractionpermit_id <> mine.permit)
), used AS (
    SELECT mine.permit, sum(u.volume_l) AS litres
    FROM year, mine JOIN layers_usagerecord u ON u.meter_id = mine.meter
    WHERE u.month BETWEEN year.first AND year.last AND mine.permit NOT IN (SELECT permit FROM shared)
    GROUP BY 1
)
SELECT {_AT_SPOT},
       jsonb_build_object('year', year.y, 'm3', round(used.litres / 1000),
                          'permitted_m3', round(o.permitted_l_per_year / 1000.0)) AS evidence,
       '{fill("permitted_m3_per_year")}'::jsonb AS fixes
FROM year, used JOIN :table o ON o.id = used.permit AND used.litres > o.permitted_l_per_year {_SPOT}
WHERE COALESCE(o.valid_from, year.first) <= year.last AND COALESCE(o.valid_to, year.last) >= year.first
"""


def _permits_at(meters: str) -> str:
    """The query of the permits that meters are under: a permit that another shares a meter with is concerned with it."""
    return f"""
SELECT wp.abstractionpermit_id FROM layers_meter_wells mw JOIN layers_well_permits wp ON wp.well_id = mw.well_id
WHERE mw.meter_id IN ({meters})
UNION
SELECT up.abstractionpermit_id FROM layers_meter_users mu JOIN layers_wateruser_permits up ON up.wateruser_id = mu.wateruser_id
WHERE mu.meter_id IN ({meters})
"""


_METERS_OF_WELLS = f"SELECT meter_id FROM layers_meter_wells WHERE well_id IN {CHANGED}"
_METERS_OF_PERMITS = f"""
SELECT mw.meter_id FROM layers_well_permits wp JOIN layers_meter_wells mw ON mw.well_id = wp.well_id
WHERE wp.abstractionpermit_id IN {CHANGED}
UNION SELECT mu.meter_id FROM layers_wateruser_permits up JOIN layers_meter_users mu ON mu.wateruser_id = up.wateruser_id
WHERE up.abstractionpermit_id IN {CHANGED}
"""
_OF_WORKS = reads(well=PERMITS_OF_WELLS, surface_intake=PERMITS_OF_INTAKES)
_OF_ALL = reads(well=PERMITS_OF_WELLS, surface_intake=PERMITS_OF_INTAKES, water_user=PERMITS_OF_USERS)

RULES = (
    Rule(
        201, "well_without_depth", "机井没有井深", "A well without a depth", ("well",), SLIGHT,
        Words("登记时没有填井深。", "Its depth was not registered."),
        Words("无法判断取的是浅层还是深层地下水，分层管控时没有依据。", "Whether it takes shallow or deep groundwater cannot be told, nor what limits hold for it."),
        Words("查成井资料或现场测量，补填井深。", "Look it up in the record of its drilling or measure it, and fill it in."),
        Words("没有井深", "no depth"),
        each("o.depth_m IS NULL", fixes=fill("depth_m")), incomplete=True,
    ),
    Rule(
        202, "well_without_year", "机井没有成井年份", "A well without a year", ("well",), SLIGHT,
        Words("登记时没有填成井年份。", "The year in which it was built was not registered."),
        Words("无法判断是否到了报废年限，也无法核对成井前后的许可。", "Whether it is past its time cannot be told, nor whether it was permitted when it was built."),
        Words("查成井资料，补填成井年份。", "Look it up in the record of its drilling, and fill it in."),
        Words("没有成井年份", "no year of building"),
        each("o.year_built IS NULL", fixes=fill("year_built")), incomplete=True,
    ),
    Rule(
        203, "well_without_permit", "机井没有取水许可", "A well without a permit", ("well",), GRAVE,
        Words(
            "机井没有关联任何取水许可；监测井不取水，不在此列。",
            "No abstraction permit is linked to it. Wells that only monitor take no water, and are left out.",
        ),
        Words("没有许可的取水无人负责，水量也没有许可可比。", "Nobody is answerable for what it takes, and there is nothing to hold its water to."),
        Words(
            "查许可台账并关联许可证编号；确无许可的，办理或停用。",
            "Find its permit in the register and link the number; where there is none, apply for one or stop the well.",
        ),
        Words("没有关联取水许可", "no permit is linked"),
        each(
            f"o.use <> {_MONITORING} AND NOT EXISTS (SELECT FROM layers_well_permits wp WHERE wp.well_id = o.id)",
            fixes=fill("permits"),
        ),
        reads=reads(permit=WELLS_OF_PERMITS),  # a permit that is deleted takes its links along
    ),
    Rule(
        204, "well_unmetered", "机井没有计量", "A well without metering", ("well",), NOTABLE,
        Words("计量方式登记为无计量；监测井不取水，不在此列。", "It is registered as not metered. Wells that only monitor take no water, and are left out."),
        Words("它取的水不在任何统计之内。", "What it takes is in no figure."),
        Words("安装水表，或以电折水，再更改计量方式。", "Install a meter, or derive its water from electricity, and change its metering."),
        Words("无计量", "no metering"),
        each(
            f"o.metering = {_UNMETERED} AND o.use <> {_MONITORING}",
            fixes='[[{"do": "set", "field": "metering", "value": "water_meter"}]]',
        ),
    ),
    Rule(
        205, "well_metered_without_meter", "机井有表计量但没有关联水表", "A metered well without a meter", ("well",), NOTABLE,
        Words("计量方式登记为水表，却没有一块水表关联到它。", "It is registered as metered by a water meter, and no meter is linked to it."),
        Words("水表的读数落不到这口井，井和许可的取水量都少计。", "No reading reaches this well: what it and its permit take is counted short."),
        Words(
            "找到它的水表，在水表的机井一栏填上它的编码；确无水表的，更改计量方式。",
            "Find its meter and enter the well's code there; where there is none, change its metering.",
        ),
        Words("计量方式为水表，没有关联水表", "metered by a water meter, and none is linked"),
        each(
            f"o.metering = {_METERED} AND NOT EXISTS (SELECT FROM layers_meter_wells mw WHERE mw.well_id = o.id)",
            fixes='[[{"do": "set", "field": "metering", "value": "none"}]]',
        ),
        reads=reads(meter=WELLS_OF_METERS),
    ),
    Rule(
        206, "permit_bare", "许可不在许可台账中", "A permit absent from the register", ("permit",), GRAVE,
        Words(
            "只有别的台账提到这个许可证编号，许可本身没有取水户、水量和有效期。",
            "Only other registers name this number: the permit itself has no holder, no volume and no dates.",
        ),
        Words("无法判断取水是否经过许可、许可了多少。", "Whether the water is permitted, and how much of it, cannot be told."),
        Words("核对编号有无误写；编号无误的，从许可台账补录。", "See whether the number is misspelt; where it is right, enter the permit from the register."),
        Words("没有取水户、年许可水量和有效期", "no holder, no permitted volume, no dates"),
        _BARE, reads=_OF_WORKS,
    ),
    Rule(
        207, "permit_expired", "许可过期仍在取水", "A permit that is over", ("permit",), GRAVE,
        Words("许可已过有效期，仍有在用机井、取水口或用水户关联。", "The permit is over, and a well in service, an intake or a user is still linked to it."),
        Words("过期后的取水没有许可。", "What is taken since then is not permitted."),
        Words("已延续的，更新有效期；未延续的，督促办理或停止取水。", "Where it was renewed, enter its new end; else have it renewed, or the taking stopped."),
        Words("有效期止 {valid_to}", "valid to {valid_to}"),
        _EXPIRED, reads=_OF_ALL, uses=("newest",),
    ),
    Rule(
        208, "permit_of_nothing", "许可没有取水对象", "A permit of nothing", ("permit",), NOTABLE,
        Words("没有机井、取水口或用水户关联到这个许可。", "No well, no intake and no user is linked to this permit."),
        Words("许可的水量落不到任何取水点，取用水量无从核对。", "What it allows is taken nowhere that is known, and cannot be held to anything."),
        Words("找到它的机井、取水口或用水户并关联；已注销的，停用或删除。", "Find and link its wells, intakes or users; where it was cancelled, close or delete it."),
        Words("没有机井、取水口和用水户", "no well, no intake, no user"),
        _OF_NOTHING, reads=_OF_ALL,
    ),
    Rule(
        209, "permit_many_wells", "一证多井", "One permit of many wells", ("permit",), SLIGHT,
        Words("一个许可关联的机井多得不寻常。", "Unusually many wells are linked to one permit."),
        Words("各井的水量分不清，也可能是编号误填到了别的井上。", "What each well may take cannot be told, and some may have been given a wrong number."),
        Words("逐井核对许可证编号；确为一证多井的，予以认可并写明理由。", "Check the number at each well; where one permit is really of all, accept it and say why."),
        Words("关联机井 {count} 眼", "{count} wells"),
        _MANY_WELLS, reads=_OF_WORKS, given=given(most=20),
    ),
    # It tells what meters say, which is their users' own.
    Rule(
        210, "permit_overused", "取水超过许可水量", "More taken than permitted", ("permit",), GRAVE,
        Words(
            "上一个完整年度，许可之下各水表的水量合计超过年许可水量。水表同时在其他许可之下的，不作比较。",
            "In the last whole year the meters under the permit measured more than it allows. Where a meter is under"
            " another permit as well, nothing is compared.",
        ),
        Words("超许可取水，或水表、许可关联有误。", "More is taken than may be, or a meter or a permit is linked wrongly."),
        Words(
            "先核对水表读数和关联，再核对年许可水量；属实的，按超许可取水处理。",
            "Check the readings and the links, then the permitted volume; where all are right, it is overuse, and to be dealt with.",
        ),
        Words("{year} 年取水 {m3} m³，许可 {permitted_m3} m³", "{m3} m³ in {year}, {permitted_m3} m³ permitted"),
        _OVERUSED, uses=("newest",), of_person=True,
        reads=reads(
            permit=_permits_at(_METERS_OF_PERMITS),
            well=f"{_permits_at(_METERS_OF_WELLS)} UNION {PERMITS_OF_WELLS}",
            surface_intake=PERMITS_OF_INTAKES,
            water_user=_permits_at(METERS_OF_USERS),
            meter=_permits_at("SELECT id FROM quality_changed"),
            usage=_permits_at(METERS_OF_RECORDS),
        ),
    ),
)  # fmt: skip
