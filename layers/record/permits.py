"""Abstraction permits: how much, from when to when, where; and a commitment to whose they are."""

from __future__ import annotations

from layers.record.kinds import Fact, Kind
from layers.words import Words

KIND = Kind(
    "permit",
    Words("取水许可", "Abstraction permits"),
    (
        Fact("holder_code", Words("取水户编码", "Holder code"), personal=True),
        Fact("holder_name", Words("取水户", "Holder"), personal=True),
        Fact("permitted_l_per_year", Words("年许可水量（升）", "Permitted volume (litres a year)")),
        Fact("valid_from", Words("有效期起", "Valid from")),
        Fact("valid_to", Words("有效期止", "Valid to")),
        Fact("region", Words("登记所在区划", "Declared division")),
    ),
    "SELECT p.id, p.code AS subject, h.code AS holder_code, h.name AS holder_name, p.permitted_l_per_year,"
    " p.valid_from, p.valid_to, r.code AS region FROM layers_abstractionpermit p"
    " LEFT JOIN layers_abstractionholder h ON h.id = p.holder_id LEFT JOIN layers_region r ON r.id = p.declared_region_id",
    dataset="permit",
    # Under another name of its holder a permit is another, in the file or not.
    also="SELECT p.id FROM layers_abstractionpermit p JOIN layers_abstractionholder h ON h.id = p.holder_id"
    " WHERE h.release_id = ANY(%s) OR h.id IN"
    " (SELECT object_id FROM layers_formerstate WHERE dataset = 'holder' AND release_id = ANY(%s))",
)
