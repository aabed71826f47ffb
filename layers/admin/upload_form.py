"""The form of the import page: what a file is, and how it is to be read."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from layers import registry
from layers.ingest.columns import GEOMETRY_WORDS
from layers.ingest.effective import TAKEN_BY
from layers.ingest.readers import FORMATS, TOGETHER, ZIPPED
from layers.ingest.spec import Spec, spec_for

ENDINGS = (*ZIPPED, *(ending for ending in FORMATS if ending not in TOGETHER))
CRS = (
    ("", "按文件自带（表格中的坐标列按 EPSG:4490）"),
    ("EPSG:4490", "EPSG:4490　CGCS2000 经纬度"),
    ("EPSG:4326", "EPSG:4326　WGS 84 经纬度"),
    ("EPSG:4548", "EPSG:4548　CGCS2000 高斯–克吕格，中央经线 117°E，米"),
    ("GCJ-02", "GCJ-02　国内互联网地图的偏移坐标"),
)


def targets() -> list[tuple[str, list[tuple[str, str]]]]:
    """Datasets, and the layers that are a part of one."""
    datasets = [(d.name, f"{d.zh}（{d.name}）") for d in registry.DATASETS]
    known = {name for name, _ in datasets}
    parts = [
        (layer.id, f"{layer.zh}（{layer.id}）") for layer in registry.IMPORTED if layer.scope and layer.id not in known
    ]
    return [("数据集", datasets), ("图层（数据集的一部分）", parts)]


def target_specs() -> list[Spec]:
    """The specification of every target, for the table of its columns and its empty template."""
    return [spec_for(name) for _, group in targets() for name, _ in group]


class UploadForm(forms.Form):
    """A file and how to read it. Whether its content is sound is for the dry run to say."""

    target = forms.ChoiceField(label="导入到", choices=lambda: [("", "请选择"), *targets()])
    file = forms.FileField(label="文件", max_length=255)
    crs = forms.ChoiceField(label="坐标系", choices=CRS, required=False)
    inner = forms.CharField(
        label="工作表或图层名", required=False, max_length=120, help_text="文件里有多张工作表、多个图层时填写"
    )
    field_map = forms.CharField(
        label="字段对应",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "placeholder": "code=井编号"}),
        help_text="列名识别不出时填写，每行一个：字段=列名",
    )
    closing = forms.BooleanField(
        label="停用文件中没有的同级区划", required=False, help_text="仅用于行政区划：文件是该级全部区划时才勾选"
    )

    effective = forms.CharField(
        label="生效月份",
        required=False,
        max_length=7,
        help_text="行政区划，或水表、供水设施、用水户的位置：自哪个月起按新的统计，如 2020-01；current 表示更正现行的。"
        "不填为最近一个有用水量的月份之后，已公布各月的数字不变；原来没有位置的，各月都按新位置统计",
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if suffix_of(file.name or "") not in ENDINGS:
            raise ValidationError(
                f"不支持的文件类型“{suffix_of(file.name or '') or file.name}”。可用：{'、'.join(ENDINGS)}；"
                "Shapefile（.shp、.shx、.dbf、.prj）、MapInfo 表和 FileGDB 文件夹请压缩成 zip。"
            )
        if (file.size or 0) > settings.IMPORT_MAX_BYTES:
            raise ValidationError(too_large())
        return file

    def clean_field_map(self) -> dict[str, str]:
        told: dict[str, str] = {}
        for line in self.cleaned_data["field_map"].splitlines():
            if not line.strip():
                continue
            name, sign, column = (part.strip() for part in line.replace("＝", "=").partition("="))
            if not (name and sign and column):
                raise ValidationError(f"“{line.strip()}”应写作 字段=列名。")
            told[name] = column
        return told

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("target"):
            spec = spec_for(cleaned["target"])
            names = [*(f.name for f in spec.dataset.fields if f.imported), *GEOMETRY_WORDS]
            unknown = [name for name in cleaned.get("field_map") or {} if name not in names]
            if unknown:
                self.add_error("field_map", f"没有字段“{unknown[0]}”。可用：{'、'.join(names)}。")
            if cleaned.get("closing") and spec.name != "region":
                self.add_error("closing", "只有行政区划可以停用文件中没有的部分。")
            if cleaned.get("effective") and spec.name not in TAKEN_BY:
                self.add_error("effective", "只有行政区划和水表、供水设施、用水户的位置有生效月份。")
        return cleaned

    def wanted(self, user_id: int) -> dict[str, Any]:
        """The fields of `parcels.Wanted` that the form knows."""
        data = self.cleaned_data
        name = PurePosixPath(str(data["file"].name).replace("\\", "/")).name
        told = {key: data[key] for key in ("target", "crs", "inner", "closing", "effective", "field_map")}
        return {**told, "name": name, "suffix": suffix_of(name), "user_id": user_id}


def suffix_of(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def too_large() -> str:
    return (
        f"文件超过 {settings.IMPORT_MAX_BYTES >> 20} MB 的上限；更大的文件请在服务器上用 manage.py import_layer 导入。"
    )
