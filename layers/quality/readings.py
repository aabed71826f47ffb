"""What meters say: nothing but zeros, one number again and again, a leap, less than nothing, no more.

Amounts are those of a month as it is corrected. Months that are looked at are the newest: older ones were settled long since.
"""

from __future__ import annotations

from layers import vocab
from layers.quality.each import METERS_OF_RECORDS, METERS_OF_USERS
from layers.quality.rule import Rule, given, reads
from layers.vocab import GRAVE, NOTABLE, SLIGHT
from layers.words import Words

_RUN = 6  # months
# Fields and greens are not watered in winter: half a year of zeros is no fault of theirs.
_RESTING = [vocab.PURPOSE.id_of(code) for code in ("agricultural", "environmental")]
_REGION = "COALESCE(o.found_region_id, o.declared_region_id)"


def _back(months: int) -> str:
    """The first day of so many months before the newest month."""
    return f"(%(newest)s::date - interval '{months} month')::date"


_M3 = "trim_scale(round({} / 1000.0, 3))"
_SUMS = ", ".join(f"sum(u.volume_l) FILTER (WHERE u.month = {_back(k)}) AS m{k}" for k in range(_RUN))
_SAME = " AND ".join(f"r.m{k} = r.m0" for k in range(1, _RUN))


def _same(condition: str, *told: str) -> str:
    """The statement of meters whose newest months are all recorded and all the same, since the month from which they are: read of those
    alone that are found. One pass over the records of those months, where a month without a record is equal to none."""
    return f"""
SELECT ARRAY[o.id] AS ids, '' AS subkey, o.geom, {_REGION} AS region,
       jsonb_build_object({", ".join(("'since', to_char(run.since, 'YYYY-MM')", *told))}) AS evidence, '[]'::jsonb AS fixes
FROM (
    SELECT u.meter_id, {_SUMS} FROM layers_usagerecord u
    WHERE u.meter_id IS NOT NULL AND u.month BETWEEN {_back(_RUN - 1)} AND %(newest)s::date AND :only(u.meter_id)
    GROUP BY u.meter_id
) r
JOIN :table o ON o.id = r.meter_id
CROSS JOIN LATERAL (
    WITH by_month AS (SELECT u.month, sum(u.volume_l) AS litres FROM layers_usagerecord u WHERE u.meter_id = r.meter_id GROUP BY 1)
    SELECT min(b.month) AS since FROM by_month b
    WHERE b.month > COALESCE((SELECT max(x.month) FROM by_month x WHERE x.litres <> r.m0), '-infinity')
) run
WHERE {_SAME} AND {condition}
"""


_ZERO = _same(
    "r.m0 = 0 AND o.purpose <> ALL (%(resting)s) AND EXISTS (SELECT FROM layers_meter_users mu WHERE mu.meter_id = o.id)"
)
_REPEATED = _same("r.m0 > 0", "'m3'", _M3.format("r.m0"))
# As an import asks (`Dataset.object_leap`, usage_leaps.sql): of one meter, source and purpose. Large amounts are few, and what was before
# is read of those alone.
_JUMP = f"""
SELECT DISTINCT ON (o.id, large.month) ARRAY[o.id] AS ids, to_char(large.month, 'YYYY-MM') AS subkey, o.geom, {_REGION} AS region,
       jsonb_build_object('month', to_char(large.month, 'YYYY-MM'), 'm3', {_M3.format("large.litres")},
                          'before_m3', {_M3.format("before.most")}) AS evidence, '[]'::jsonb AS fixes
FROM (
    SELECT u.meter_id, u.month, u.source, u.purpose FROM layers_usagerecord u
    WHERE u.meter_id IS NOT NULL AND u.volume_l >= %(least)s AND u.month BETWEEN {_back(11)} AND %(newest)s::date AND :only(u.meter_id)
    GROUP BY 1, 2, 3, 4
) asked
CROSS JOIN LATERAL (
    SELECT asked.month, sum(u.volume_l) AS litres FROM layers_usagerecord u
    WHERE u.meter_id = asked.meter_id AND u.month = asked.month AND u.source = asked.source AND u.purpose = asked.purpose
) large
CROSS JOIN LATERAL (
    SELECT max(b.litres) AS most FROM (
        SELECT sum(u.volume_l) AS litres FROM layers_usagerecord u
        WHERE u.meter_id = asked.meter_id AND u.source = asked.source AND u.purpose = asked.purpose
          AND u.month >= asked.month - interval '12 month' AND u.month < asked.month
        GROUP BY u.month
    ) b
) before
JOIN :table o ON o.id = asked.meter_id
WHERE large.litres >= %(least)s AND before.most > 0 AND large.litres >= before.most * %(times)s
ORDER BY o.id, large.month, large.litres DESC
"""
# Only a correction can be negative: the few months that have one are summed.
_NEGATIVE = f"""
SELECT ARRAY[o.id] AS ids, to_char(asked.month, 'YYYY-MM') AS subkey, o.geom, {_REGION} AS region,
       jsonb_build_object('month', to_char(asked.month, 'YYYY-MM'), 'm3', {_M3.format("total.litres")}) AS evidence, '[]'::jsonb AS fixes
FROM (
    SELECT u.meter_id, u.month FROM layers_usagerecord u
    WHERE u.meter_id IS NOT NULL AND u.volume_l < 0 AND u.month BETWEEN {_back(11)} AND %(newest)s::date AND :only(u.meter_id)
    GROUP BY 1, 2
) asked
CROSS JOIN LATERAL (
    SELECT sum(u.volume_l) AS litres FROM layers_usagerecord u WHERE u.meter_id = asked.meter_id AND u.month = asked.month
) total
JOIN :table o ON o.id = asked.meter_id
WHERE total.litres < 0
"""
_STOPPED = f"""
SELECT ARRAY[o.id] AS ids, '' AS subkey, o.geom, {_REGION} AS region,
       jsonb_build_object('last', to_char(read.last, 'YYYY-MM')) AS evidence, '[]'::jsonb AS fixes
FROM (
    SELECT m.id FROM :table m
    WHERE :only(m.id) AND NOT EXISTS (SELECT FROM layers_usagerecord u WHERE u.meter_id = m.id AND u.month >= {_back(1)})
) silent
CROSS JOIN LATERAL (SELECT max(u.month) AS last FROM layers_usagerecord u WHERE u.meter_id = silent.id) read
JOIN :table o ON o.id = silent.id
WHERE read.last < {_back(1)}
"""

RULES = (
    Rule(
        501, "reading_zero", "水表连续为零", "A meter that reads zero", ("meter",), NOTABLE,
        Words(
            "有用水户的水表，最近六个月都有记录，都是零。农业和环境用水有季节，不在此列。",
            "It has a user, and each of the newest six months is recorded as zero. Agriculture and environment rest in winter, and are left"
            " out.",
        ),
        Words("表坏、停用未销户，或读数漏抄。", "The meter is broken, the user is gone, or nobody reads it."),
        Words("到现场看表；停用的，停用或注销。", "Go and see the meter; where it is out of use, close it."),
        Words("自 {since} 起读数为零", "zero since {since}"),
        _ZERO, reads=reads(usage=METERS_OF_RECORDS, water_user=METERS_OF_USERS), uses=("newest",), given=given(resting=_RESTING),
        of_person=True,
    ),
    Rule(
        502, "reading_repeated", "水表读数不变", "A meter that says the same", ("meter",), NOTABLE,
        Words("最近六个月每月的水量都是同一个不为零的数。", "Each of the newest six months has one and the same amount, which is not zero."),
        Words("多半是估表或照抄上月，不是实际用水。", "It is likely estimated, or copied from the month before, and no reading."),
        Words("到现场抄表，按实际读数更正。", "Read the meter, and correct the months by what it says."),
        Words("自 {since} 起每月 {m3} m³", "{m3} m³ a month since {since}"),
        _REPEATED, reads=reads(usage=METERS_OF_RECORDS), uses=("newest",), of_person=True,
    ),
    Rule(
        503, "reading_jump", "水量突增", "A leap of a meter", ("meter",), GRAVE,
        Words(
            "最近十二个月中，某月的水量不少于 10 万 m³，且是此前一年最大月的一百倍以上。",
            "In one of the newest twelve months it has at least 100,000 m³, and a hundred times the largest month of the year before it.",
        ),
        Words("多半是单位错了（升当作立方米、立方米当作万立方米），一块表就能改变一个区的数字。", "A unit is likely mistaken, and one such meter changes a district's figures."),
        Words("核对当月读数和单位，有误的用更正记录更正。", "Check the month's reading and its unit, and correct it by a record of correction."),
        Words("{month} 用水 {m3} m³，此前一年最多 {before_m3} m³", "{m3} m³ in {month}, at most {before_m3} m³ in the year before"),
        # The bounds of `layers.datasets.USAGE.object_leap`, so that an import warns of what is found here.
        _JUMP, reads=reads(usage=METERS_OF_RECORDS), uses=("newest",), given=given(times=100, least=10**8), of_person=True,
    ),
    Rule(
        504, "reading_negative", "月水量为负", "A month below zero", ("meter",), GRAVE,
        Words("最近十二个月中，某月的水量连同更正合计小于零。", "In one of the newest twelve months its water, with the corrections, is less than zero."),
        Words("更正扣得比读数还多，区划合计少计。", "More was corrected away than was read, and the figures of its division are short."),
        Words("核对更正记录的月份和数量。", "Check the month and the amount of the correction."),
        Words("{month} 合计 {m3} m³", "{m3} m³ in {month}"),
        _NEGATIVE, reads=reads(usage=METERS_OF_RECORDS), uses=("newest",), of_person=True,
    ),
    Rule(
        505, "reading_stopped", "水表停止上报", "A meter that stopped", ("meter",), SLIGHT,
        Words("以前有记录，最近两个月没有。", "It was recorded before, and in neither of the two newest months."),
        Words("它的用水不再计入，区划的下降可能只是漏报。", "Its water counts no more, and what looks like a decline may be missing data."),
        Words("向填报单位核实；拆除的，停用或注销。", "Ask who reports it; close it where it was taken out."),
        Words("最后一个有记录的月份是 {last}", "the last month with a record is {last}"),
        _STOPPED, reads=reads(usage=METERS_OF_RECORDS), uses=("newest",), of_person=True,
    ),
)  # fmt: skip
