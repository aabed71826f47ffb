"""Who uses water: meters of nobody or of many, users without a meter or with several numbers, made-up positions among real ones."""

from __future__ import annotations

from layers import vocab
from layers.quality.each import METERS_OF_USERS, USERS_OF_METERS, each, fill
from layers.quality.positions import OF_PERSONS, WORKS
from layers.quality.rule import FOR_ALL, FOR_PERSONS, Rule, given, reads
from layers.vocab import GRAVE, NOTABLE, SLIGHT
from layers.words import Words

_MANY = """
SELECT ARRAY[o.id] AS ids, '' AS subkey, o.geom, COALESCE(o.found_region_id, o.declared_region_id) AS region,
       jsonb_build_object('count', users.count) AS evidence, '[]'::jsonb AS fixes
FROM (SELECT mu.meter_id AS id, count(*) FROM layers_meter_users mu WHERE :only(mu.meter_id) GROUP BY 1 HAVING count(*) > %(most)s) users
JOIN :table o ON o.id = users.id
"""
# Full-width letters and spaces are no difference of names. A name that very many have is a placeholder, or says nothing. What mends it is
# to keep one of them: an alternative for each.
_SPELT = r"regexp_replace(normalize(o.name, NFKC), '\s', '', 'g')"
_SEVERAL = f"""
WITH named AS MATERIALIZED (
    SELECT o.id, o.code, o.geom, o.declared_region_id, COALESCE(o.found_region_id, o.declared_region_id) AS region, {_SPELT} AS spelt
    FROM :table o
), told AS (
    SELECT n.*, count(*) OVER (PARTITION BY n.spelt) AS of_name
    FROM named n
    WHERE char_length(n.spelt) >= 4 AND (:any OR n.spelt IN (SELECT t.spelt FROM named t WHERE :only(t.id)))
), found AS (
    SELECT array_agg(t.id ORDER BY t.id) AS ids, array_agg(t.code ORDER BY t.code) AS codes, (array_agg(t.geom ORDER BY t.id))[1] AS geom,
           (array_agg(t.region ORDER BY t.id))[1] AS region
    FROM told t WHERE t.of_name <= %(most)s AND t.declared_region_id IS NOT NULL
    GROUP BY t.spelt, t.declared_region_id HAVING count(*) > 1
)
SELECT found.ids, '' AS subkey, found.geom, found.region, jsonb_build_object('codes', found.codes) AS evidence,
       (SELECT jsonb_agg((SELECT jsonb_agg(jsonb_build_object('do', 'close', 'code', other) ORDER BY other)
                          FROM unnest(found.codes) AS other WHERE other <> kept) ORDER BY kept)
        FROM unnest(found.codes) AS kept) AS fixes
FROM found
"""
# Made up are the releases of the demo, and changes by hand after which what it made is still made up (`layers.access.posture.made_up`).
_SYNTHETIC = each(
    f"o.position_quality = {vocab.SYNTHETIC} AND o.release_id IN (SELECT l.id FROM layers_release l WHERE"
    " l.report #> '{context,demo}' IS NULL AND (l.report #> '{admin,synthetic}') IS DISTINCT FROM 'true'::jsonb)",
    fixes='[[{"do": "fill", "field": "geometry"}, {"do": "set", "field": "position_quality", "value": "surveyed"}]]',
)


def _synthetic(id: int, mark: str, datasets: tuple[str, ...], of_person: bool) -> Rule:
    return Rule(
        id, f"synthetic_in_real{mark}", "真实数据中的合成位置{of}", "A made-up position in real data{of}", datasets, GRAVE,
        Words("不是演示城市的数据，位置质量却是合成。", "It is none of the demo city's, and its position is told to be made up."),
        Words("地图和村级、网格水量把编造的位置当作真的。", "Maps, and the water of villages and cells, take a position that somebody made up for a true one."),
        Words("实测或按地址匹配坐标，填写位置和位置质量。", "Survey its position or find it by its address, and fill in both the position and its quality."),
        Words("位置质量为合成", "its position is made up"),
        _SYNTHETIC, of_person=of_person, of=FOR_PERSONS if of_person else FOR_ALL,
    )  # fmt: skip


RULES = (
    Rule(
        401, "meter_without_user", "水表没有用水户", "A meter without a user", ("meter",), NOTABLE,
        Words("没有用水户关联到这块水表。", "No water user is linked to it."),
        Words("它的水量不归任何用水户，计划和超许可都管不到。", "Its water is nobody's, and no plan and no permit is held to it."),
        Words("查水表台账，关联用水户编码。", "Look it up in the register of meters, and link its user's code."),
        Words("没有用水户", "no user"),
        each("NOT EXISTS (SELECT FROM layers_meter_users mu WHERE mu.meter_id = o.id)", fixes=fill("users")),
        reads=reads(water_user=METERS_OF_USERS), of_person=True,
    ),
    Rule(
        402, "meter_of_many", "一表多户", "A meter of many users", ("meter",), SLIGHT,
        Words("一块水表关联的用水户多得不寻常。", "Unusually many users are linked to one meter."),
        Words("各户的水量分不清；没有位置的水表还会算到其中一户名下。", "What each of them uses cannot be told; a meter without a position counts at one of them."),
        Words("逐户核对；确为合用总表的，予以认可并写明理由。", "Check each of them; where they really share a meter, accept it and say why."),
        Words("关联用水户 {count} 个", "{count} users"),
        _MANY, reads=reads(water_user=METERS_OF_USERS), given=given(most=3), of_person=True,
    ),
    Rule(
        403, "user_without_meter", "用水户没有水表", "A user without a meter", ("water_user",), NOTABLE,
        Words("没有水表关联到这个用水户。", "No meter is linked to this user."),
        Words("它的用水量是零，计划用水无从考核。", "It uses nothing by the figures, and no plan can be held to it."),
        Words("找到它的水表，在水表的用水户一栏填上它的编码。", "Find its meter, and enter the user's code there."),
        Words("没有水表", "no meter"),
        each("NOT EXISTS (SELECT FROM layers_meter_users mu WHERE mu.wateruser_id = o.id)"),
        reads=reads(meter=USERS_OF_METERS), of_person=True,
    ),
    Rule(
        404, "user_with_several_numbers", "一户多号", "A user with several numbers", ("water_user",), NOTABLE,
        Words(
            "同一登记区划内，几个用水户的名称相同（不计全半角和空格），编码不同。",
            "In one declared division several users have one name, width and spaces aside, and several codes.",
        ),
        Words("一户的水量被拆到几个编码下，户数多计。", "One user's water stands under several codes, and users are counted twice."),
        Words(
            "确认是同一户后，把水表、机井和许可转到保留的编码，停用其余的。",
            "Where it is one user, move meters, wells and permits to the code that stays, and close the others.",
        ),
        Words("编码 {codes}", "codes {codes}"),
        _SEVERAL, given=given(most=20), of_person=True,
    ),
    _synthetic(405, "", WORKS, of_person=False),
    _synthetic(406, "_of_person", OF_PERSONS, of_person=True),
)  # fmt: skip
