"""Which column is which field."""

import pytest

from layers import registry
from layers.ingest.columns import geometry_words, match, normal, require
from layers.ingest.positions.words import GEOMETRY_WORDS
from layers.ingest.refusal import ImportRefused

WELL = [f for f in registry.WELL.fields if f.imported]
USAGE = [f for f in registry.USAGE.fields if f.imported]
FACILITY = [f for f in registry.FACILITY.fields if f.imported]


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("code", "code"),
        (" CODE ", "code"),
        ("\ufeffcode", "code"),
        ("编码", "code"),
        ("水务码", "code"),
        ("Depth", "depth_m"),
        ("井深", "depth_m"),
        ("井深(米)", "depth_m"),
        ("井深（m）", "depth_m"),
        ("井深(厘米)", "depth_m"),
        ("机井用途", "use"),
        ("许可证编号", "permits"),
    ],
)
def test_a_heading_is_known_by_every_spelling(heading: str, field: str) -> None:
    assert match(WELL, [heading]).fields == {field: heading}


@pytest.mark.parametrize("heading", ["井深(吨)", "深度", "", "  ", "found_region", "Unnamed: 3"])
def test_other_headings_are_no_field(heading: str) -> None:
    found = match(WELL, ["code", heading])
    assert found.fields == {"code": "code"}
    assert found.ignored == ((heading,) if heading.strip() else ())


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("水量(升)", "volume_l"),
        ("水量（升）", "volume_l"),
        ("水量", "volume_m3"),
        ("水量(立方米)", "volume_m3"),
        ("用水量(m³)", "volume_m3"),
    ],
)
def test_volumes_are_told_apart_by_their_unit(heading: str, field: str) -> None:
    assert match(USAGE, [heading]).fields == {field: heading}


def test_ten_thousand_cubic_metres_are_the_volume_in_another_unit() -> None:
    for heading in ("水量(万立方米)", "用水量（万m³）", "用水量/万立方米", "用水量 10⁴m³", "用水量（单位：万吨）"):
        assert match(USAGE, [heading]).fields == {"volume_m3": heading}


def test_position_columns_are_found_only_where_asked_for() -> None:
    headings = ["code", "经度", "纬度"]
    assert match(WELL, headings).geometry == {"lon": "经度", "lat": "纬度"}
    assert match(WELL, headings, geometry_words=()).ignored == ("经度", "纬度")
    assert match(WELL, ["X", "Y", "WKT"]).geometry == {"lon": "X", "lat": "Y", "wkt": "WKT"}


def test_two_columns_for_one_field_are_refused() -> None:
    with pytest.raises(ImportRefused, match="code") as caught:
        match(WELL, ["code", "编码"])
    assert caught.value.param == "code"


def test_a_name_is_stronger_than_an_alias() -> None:
    found = match(WELL, ["id", "code"])
    assert found.fields == {"code": "code"}
    assert found.ignored == ("id",)


def test_the_users_word_is_the_strongest() -> None:
    found = match(WELL, ["code", "新编号"], {"code": "新编号"})
    assert found.fields == {"code": "新编号"}
    assert found.ignored == ("code",)
    assert match(WELL, ["东"], {"lon": "东"}).geometry == {"lon": "东"}


@pytest.mark.parametrize(("told", "allowed"), [({"kode": "code"}, "code"), ({"code": "没有"}, "编号")])
def test_a_told_field_or_column_that_is_not_there_is_refused(told: dict[str, str], allowed: str) -> None:
    with pytest.raises(ImportRefused) as caught:
        match(WELL, ["编号"], told)
    assert allowed in (caught.value.allowed or [])


def test_a_missing_required_column_is_refused_with_what_is_there() -> None:
    with pytest.raises(ImportRefused, match="缺少必需的列：use（用途）") as caught:
        require(match(WELL, ["code", "metering", "region"]), WELL, (), ())
    assert caught.value.param == "use"


def test_what_the_layer_fixes_need_not_be_in_the_file() -> None:
    found = match(FACILITY, ["code", "name", "region"])
    with pytest.raises(ImportRefused):
        require(found, FACILITY, (), ())
    require(found, FACILITY, ("kind",), ())


def test_a_file_of_something_else_is_refused_as_the_wrong_layer() -> None:
    with pytest.raises(ImportRefused, match="可能选错了图层"):
        require(match(WELL, ["foo", "bar"]), WELL, (), ())


def test_one_of_several_columns_is_enough_but_one_there_must_be() -> None:
    headings = ["month", "source", "purpose", "volume_l"]
    with pytest.raises(ImportRefused) as caught:
        require(match(USAGE, headings), USAGE, (), (("meter", "facility", "region"),))
    assert caught.value.allowed == ["meter", "facility", "region"]
    require(match(USAGE, [*headings, "region"]), USAGE, (), (("meter", "facility", "region"),))


@pytest.mark.parametrize("dataset", registry.DATASETS, ids=lambda d: d.name)
def test_no_two_fields_of_a_dataset_share_a_heading(dataset: registry.Dataset) -> None:
    """A word that stands for two fields would be refused in every file that uses it."""
    owner: dict[str, str] = {}
    for field in (f for f in dataset.fields if f.imported):
        for word in {normal(w) for w in (field.name, field.zh, field.en)}:
            assert owner.setdefault(word, field.name) == field.name
    for field in (f for f in dataset.fields if f.imported):
        for word in map(normal, field.aliases):
            assert owner.setdefault(word, field.name) == field.name


@pytest.mark.parametrize(
    ("geometry", "in_file", "told", "words"),
    [
        ("point", False, {}, tuple(GEOMETRY_WORDS)),
        ("polygon", False, {}, ("wkt",)),
        ("none", False, {}, ()),
        ("point", True, {}, ()),  # x and y of an export are often in another system than its geometry
        ("point", True, {"lon": "a", "lat": "b"}, tuple(GEOMETRY_WORDS)),
        ("point", True, {"code": "a"}, ()),
    ],
)
def test_position_columns_stand_back_behind_a_files_own_geometry(
    geometry: str, in_file: bool, told: dict[str, str], words: tuple[str, ...]
) -> None:
    assert geometry_words(geometry, in_file, told) == words
