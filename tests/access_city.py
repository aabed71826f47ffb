"""A small city by real imports in which every personal text bears one mark, and what an answer says in plain bytes."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pypdfium2

from layers.ingest.run import Source, run
from layers.models import Release
from tests import factories as make
from tests.db.ingest_files import PLACE, TOWNSHIP, VILLAGES, csv, geojson, regions, square

MARK = "QZPERSON"  # in every personal text and in no other
DEMO = {"demo": "a recipe's fingerprint", "step": "用水户"}
A, B = VILLAGES
AT = "116.025,39.05"
# Every dataset, in the order in which they are loaded. ``volume_m3`` are such that sums tell which parts they are of.
FILES: Mapping[str, str] = {
    "permit": f"""
        code,holder_code,holder_name,permitted_m3_per_year,valid_from,valid_to,region
        P1,{MARK}-H1,{MARK} 持有人,1000,2018-01-01,2028-12-31,{A}
        P2,,,2000,2018-01-01,2028-12-31,{A}""",
    "well": f"""
        code,name,use,metering,depth_m,region,permits,lon,lat
        W1,{MARK} 的井,农业,水表,50,{A},P1,{AT}""",
    "surface_intake": f"""
        code,name,water_body,region,permits,lon,lat
        I1,{MARK} 取水口,永定河,{A},P1,{AT}""",
    "facility": f"""
        code,name,kind,region,capacity_m3_d,lon,lat
        F1,第一水厂,城镇公共供水厂,{A},5000,{AT}
        F3,多福巷供水站,村庄供水站,{A},50,{AT}
        F4,{MARK} 自建供水,自建设施,{A},40,{AT}""",
    "supply_area": None,  # type: ignore[dict-item]  # of polygons: see `load`
    "sewage_plant": f"""
        code,name,kind,operator,region,lon,lat
        S1,第一污水处理厂,城镇污水处理厂,{MARK} 公司,{A},{AT}
        S2,村处理站,村级污水处理站,{MARK} 村民,{A},{AT}""",
    "water_user": f"""
        code,name,source,industry,region,permits,wells,lon,lat
        {MARK}-U1,{MARK} 用水户,自来水集团,A01,{A},P1,W1,{AT}
        {MARK}-U2,{MARK} 餐馆,自来水集团,H62,{B},,,116.075,39.05""",
    "meter": f"""
        code,name,system,source,purpose,region,users,wells,lon,lat
        {MARK}-M1,{MARK} 水表,自来水集团,自来水集团,居民生活,{A},{MARK}-U1,W1,{AT}
        {MARK}-M2,,自来水集团,自来水集团,居民生活,{A},{MARK}-U1,,{AT}
        {MARK}-M3,,自来水集团,自来水集团,公共服务,{B},{MARK}-U2,,116.075,39.05""",
    "usage": f"""
        month,meter,facility,region,source,purpose,volume_m3
        2019-01,{MARK}-M1,,,自来水集团,居民生活,1.001
        2019-01,{MARK}-M2,,,自来水集团,居民生活,2.002
        2019-01,{MARK}-M3,,,自来水集团,公共服务,4.004
        2019-01,,F3,,自备井,居民生活,8.008
        2019-01,,F4,,自备井,工业,16.016
        2019-01,,,{A},村级供水,居民生活,32.032
        2019-01,,,{TOWNSHIP},自来水集团,工业,64.064""",
}
LITRES = {"M1": 1001, "M2": 2002, "M3": 4004, "F3": 8008, "F4": 16016, "A": 32032, "township": 64064}


def load(target: str, folder: Path, context: Mapping[str, Any] | None = None) -> Release:
    """Import one of the files: as an authority does, or with the demo's context as the demo does."""
    if target == "supply_area":
        area = {"code": "SA1", "name": f"{MARK} 供水范围", "facility": "F4"}
        features = [{"type": "Feature", "properties": area, "geometry": square(0, 0, 0.05)}]
        path = geojson(folder / "supply_area.geojson", features)
    else:
        path = csv(folder / f"{target}.csv", FILES[target])
    report = run(target, Source(path), commit=True, actor="demo" if context else "clerk", context=context)
    assert not report.refused, [str(one) for one in report.refusals.first(5)]
    return Release.objects.latest("pk")


def make_city(folder: Path, context: Mapping[str, Any] | None = None) -> None:
    """The whole city, its grid cut."""
    units = csv(folder / "units.csv", "code,name\n110101,东城区水务局\n110102,西城区水务局")
    outlines = Source(geojson(folder / "r.geojson", regions()), told={"place": PLACE})
    for target, source in (("reporting_unit", Source(units)), ("region", outlines)):
        run(target, source, commit=True, context=context)
    for target in FILES:
        load(target, folder, context)
    make.Grid().cut(500)


def plain(body: bytes) -> str:
    """Every text in an answer's bytes, whatever they are packed in."""
    if body[:2] == b"\x1f\x8b":
        return plain(gzip.decompress(body))
    if body[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            return "\n".join(plain(packed.read(name)) for name in packed.namelist())
    if body[:4] == b"PAR1":
        table = pyarrow.parquet.read_table(io.BytesIO(body))
        return f"{table.schema} {table.to_pylist()}"
    if body[:5] == b"%PDF-":
        with pypdfium2.PdfDocument(body) as file:
            return "\n".join(page.get_textpage().get_text_bounded() for page in file)
    return body.decode("utf-8", "replace")
