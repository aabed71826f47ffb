"""Fields that several datasets have, so that each is written once. Data, as the datasets are."""

from __future__ import annotations

from layers import vocab
from layers.fields import Field

# Of one record of use, a month at one place: a quarter of what the whole city uses in a year (4.17·10⁹ m³ in 2019), and
# thirty times the largest record there is.
MOST_LITRES = 10**12
# What one record may be without a question: three times the largest there is, the waterworks group's of one month.
UNUSUAL_LITRES = 10**11

# Whose a permit is: of the region it is registered in, and of those where what it allows stands.
OF_PERMITS = ("declared_region", "wells__counted_region", "intakes__counted_region", "users__counted_region")

CODE = Field("code", "编码", "Code", required=True, tile=True, filter=True, aliases=("水务码", "id"))
NAME = Field("name", "名称", "Name", tile=True, filter=True)
NAME_REQUIRED = Field("name", "名称", "Name", required=True, tile=True, filter=True)
DECLARED = Field(
    "region",
    "登记所在区划",
    "Declared region",
    "region",
    path="declared_region__code",
    required=True,
    aliases=("所在区", "区划代码", "所在社区（村庄）"),
)
DECLARED_OPTIONAL = Field(
    "region",
    "登记所在区划",
    "Declared region",
    "region",
    path="declared_region__code",
    aliases=("所在区", "区划代码"),
)
FOUND = Field("found_region", "位置所在区划", "Found region", "region", path="found_region__code", imported=False)
POSITION = Field(
    "position_quality",
    "位置质量",
    "Position quality",
    "term",
    vocab=vocab.POSITION_QUALITY,
    tile=True,
    filter=True,
)
STANDS_SINCE = Field("stands_since", "现位置始于", "Stands here since", "date", imported=False)
STATUS = Field("status", "状态", "Status", "term", vocab=vocab.STATUS, filter=True)
PERMITS = Field(
    "permits", "取水许可", "Permits", "links", refers_to="permit", aliases=("许可证编号",), public="numbers of permits"
)
WELLS = Field("wells", "机井", "Wells", "links", refers_to="well", aliases=("水井编号",))
SOURCE = Field("source", "水源类型", "Source", "term", vocab=vocab.SOURCE, required=True, tile=True, filter=True)
PURPOSE = Field("purpose", "取水用途", "Purpose", "term", vocab=vocab.PURPOSE, required=True, tile=True, filter=True)
CAPACITY = Field(
    "capacity_m3_d", "能力", "Capacity", "integer", unit="m³/d", tile=True, filter=True, low=0, high=1e10, unusual=1e7
)
# Litres as people read and write them: of usage, and in forms of everything that is kept in litres.
VOLUME = Field(
    "volume_m3",
    "水量",
    "Volume",
    "number",
    path="volume_l",
    unit="m³",
    per_unit=1000,
    low=-MOST_LITRES // 1000,
    high=MOST_LITRES // 1000,
    unusual=UNUSUAL_LITRES // 1000,
    aliases=("本月用水量", "用水量"),
)


def placed(code: Field, name: Field, *fields: Field, declared: Field = DECLARED) -> tuple[Field, ...]:
    """The fields of a dataset of points: identity first, then its own, then where it is said and found to be."""
    return (code, name, *fields, declared, FOUND, POSITION)
