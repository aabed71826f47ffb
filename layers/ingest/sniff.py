"""What a file is, by what is in it and whatever its name says: those that are called something else, or that nobody reads here,
are refused by what they are, with what to save them as."""

from __future__ import annotations

import codecs
import re
import zipfile
from pathlib import Path

from layers.ingest.refusal import ImportRefused
from layers.words import Words

_START = 65_536
_SEARCHED = 64 << 20  # of an old Office file, for the names of its streams

# What is sent and cannot be read: by its ending, before anything of it is looked at.
SAVE_AS: dict[str, Words] = {
    **dict.fromkeys((".et", ".xlsb", ".numbers"), Words("请在 WPS 或 Excel 中另存为 .xlsx", "save it as .xlsx")),
    **dict.fromkeys((".doc", ".docx", ".wps", ".rtf"), Words("请把其中的表格复制到 Excel，另存为 .xlsx", "copy its table into a workbook and save that as .xlsx")),
    **dict.fromkeys((".pdf", ".jpg", ".jpeg", ".png", ".tif", ".tiff", ".bmp", ".ofd"), Words("请索取原来的表格或地图文件（.xlsx、.gpkg）", "ask for the table or map that it was made from")),
    **dict.fromkeys((".rar", ".7z", ".gz", ".tar", ".tgz"), Words("请解压后重新压缩为 .zip", "unpack it and pack it as .zip")),
    **dict.fromkeys((".dwg", ".dxf", ".gml", ".wps", ".kmx", ".ovkml", ".ovkmz", ".ovobj"), Words("请在 GIS 软件中导出为 GeoPackage 或 Shapefile（奥维导出为 .kml）", "export it as GeoPackage, Shapefile or KML")),
    **dict.fromkeys((".mdb", ".accdb", ".sqlite", ".db"), Words("请把其中的表导出为 .xlsx、.csv 或 GeoPackage", "export its table as .xlsx, .csv or GeoPackage")),
    **dict.fromkeys((".html", ".htm", ".mht", ".xml"), Words("请用 Excel 打开后另存为 .xlsx", "open it in Excel and save it as .xlsx")),
    ".topojson": Words("请导出为 GeoJSON", "export it as GeoJSON"),
    ".mid": Words("请选择同名的 .mif，或把 .mif 和 .mid 压缩成一个 zip", "choose the .mif beside it, or zip both"),
    **dict.fromkeys((".shx", ".prj", ".dat", ".map", ".id"), Words("请把同名的一组文件压缩成一个 zip", "zip it with the files of the same name")),
}  # fmt: skip

_EXCEL = Words("Excel 工作簿", "a workbook of Excel")
# Beginning → what it is.
_BEGINNINGS: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "zip"), (b"PK\x05\x06", "zip"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"SQLite format 3\x00", "gpkg"), (b"\x00\x00\x27\x0a", "shp"), (b"fgb\x03fgb", "fgb"), (b"PAR1", "parquet"),
    (b"%PDF", "pdf"), (b"{\\rtf", "rtf"), (b"Rar!", "rar"), (b"7z\xbc\xaf", "rar"), (b"\x1f\x8b", "rar"),
    (b"\x89PNG", "picture"), (b"\xff\xd8\xff", "picture"), (b"GIF8", "picture"), (b"II*\x00", "picture"), (b"MM\x00*", "picture"),
    (b"AC10", "dwg"), (b"\x00\x01\x00\x00Standard ", "access"), (b"MIME-Version:", "html"),
)  # fmt: skip
# What it is → in words, and what to do.
_WORDS: dict[str, tuple[Words, Words]] = {
    "xlsx": (_EXCEL, Words("请把扩展名改为 .xlsx 再导入", "call it .xlsx")),
    "xls": (_EXCEL, Words("请把扩展名改为 .xls 再导入", "call it .xls")),
    "ods": (Words("ODS 表格", "an ODS spreadsheet"), Words("请把扩展名改为 .ods 再导入", "call it .ods")),
    "xlsb": (Words("二进制 Excel 工作簿（.xlsb）", "a binary workbook (.xlsb)"), Words("请另存为 .xlsx", "save it as .xlsx")),
    "word": (Words("Word 文档", "a Word document"), SAVE_AS[".doc"]),
    "slides": (Words("演示文稿", "a presentation"), SAVE_AS[".pdf"]),
    "locked": (Words("加了密码的工作簿", "a workbook with a password"), Words("请在 Excel 中打开，取消密码后另存", "open it in Excel, take the password off and save it")),
    "ole": (Words("旧式 Office 文件", "an old Office file"), Words("请用 Excel 打开后另存为 .xlsx", "open it in Excel and save it as .xlsx")),
    "zip": (Words("zip 压缩文件", "a zip file"), Words("请把扩展名改为 .zip 再导入", "call it .zip")),
    "broken": (Words("压缩格式（zip），但已损坏或不完整", "a zip container, damaged or cut short"), Words("请重新导出，或重新传一次", "export it, or send it, again")),
    "kmz": (Words("KMZ", "KMZ"), Words("请把扩展名改为 .kmz 再导入", "call it .kmz")),
    "gpkg": (Words("GeoPackage 或 SQLite 数据库", "a GeoPackage or SQLite database"), Words("请把扩展名改为 .gpkg 再导入", "call it .gpkg")),
    "shp": (Words("Shapefile", "a Shapefile"), Words("请把一组同名文件压缩成一个 zip", "zip it with the files of the same name")),
    "fgb": (Words("FlatGeobuf", "FlatGeobuf"), Words("请把扩展名改为 .fgb 再导入", "call it .fgb")),
    "parquet": (Words("Parquet", "Parquet"), Words("请把扩展名改为 .parquet 再导入", "call it .parquet")),
    "pdf": (Words("PDF 文档", "a PDF document"), SAVE_AS[".pdf"]),
    "rtf": (Words("RTF 文档", "an RTF document"), SAVE_AS[".doc"]),
    "picture": (Words("图片", "a picture"), SAVE_AS[".pdf"]),
    "rar": (Words("压缩文件（RAR、7z 或 gz）", "an archive (RAR, 7z or gz)"), SAVE_AS[".rar"]),
    "dwg": (Words("CAD 图", "a CAD drawing"), SAVE_AS[".dwg"]),
    "access": (Words("Access 数据库", "an Access database"), SAVE_AS[".mdb"]),
    "html": (Words("网页（HTML）", "a web page (HTML)"), SAVE_AS[".html"]),
    "xmlbook": (Words("XML 表格（Excel 2003）", "an XML spreadsheet (Excel 2003)"), SAVE_AS[".html"]),
    "kml": (Words("KML", "KML"), Words("请把扩展名改为 .kml 再导入", "call it .kml")),
    "gpx": (Words("GPX", "GPX"), Words("请把扩展名改为 .gpx 再导入", "call it .gpx")),
    "xml": (Words("XML", "XML"), Words("请用原来的软件导出为 .xlsx、.csv 或 GeoPackage", "export it as .xlsx, .csv or GeoPackage")),
    "topojson": (Words("TopoJSON", "TopoJSON"), SAVE_AS[".topojson"]),
    "esrijson": (Words("Esri JSON（ArcGIS 的 JSON）", "Esri JSON (of ArcGIS)"), Words("请在 ArcGIS 中导出为 GeoJSON、GeoPackage 或 Shapefile", "export it as GeoJSON, GeoPackage or Shapefile")),
    "jsonlist": (Words("普通 JSON 数据（不是 GeoJSON）", "JSON, and not GeoJSON"), Words("请导出为 GeoJSON，或另存为 .csv", "export it as GeoJSON, or save it as .csv")),
    "json": (Words("JSON", "JSON"), Words("请把扩展名改为 .geojson 再导入", "call it .geojson")),
    "text": (Words("纯文本", "plain text"), Words("若是表格，请把扩展名改为 .csv 再导入", "if it is a table, call it .csv")),
}  # fmt: skip
# By which content a name is kept. Workbooks are opened by content; of text formats the readers look closer.
_FITS: dict[str, frozenset[str]] = {
    **dict.fromkeys((".xlsx", ".xlsm", ".xls", ".ods"), frozenset({"xlsx", "xls", "ods"})),
    **dict.fromkeys((".csv", ".txt", ".tsv"), frozenset({"text", "json", "jsonlist", "xml"})),
    **dict.fromkeys((".geojson", ".json"), frozenset({"json"})),
    **dict.fromkeys((".geojsons", ".geojsonl", ".geojsonseq"), frozenset({"json"})),
    ".gpkg": frozenset({"gpkg"}), ".shp": frozenset({"shp"}), ".fgb": frozenset({"fgb"}), ".parquet": frozenset({"parquet"}),
    ".kml": frozenset({"kml"}), ".gpx": frozenset({"gpx"}), ".kmz": frozenset({"kmz", "zip"}), ".zip": frozenset({"zip", "kmz"}),
    ".mif": frozenset({"text"}), ".tab": frozenset({"text"}), ".dbf": frozenset({"text", "dbf"}),
}  # fmt: skip

_ROOT = re.compile(rb"<(?:[\w-]+:)?([\w-]+)")
_ASIDES = ((b"<?", b"?>"), (b"<!--", b"-->"), (b"<!", b">"))  # what may stand before the root of XML
_TOPOLOGY = re.compile(rb'"type"\s*:\s*"Topology"')
_ESRI = re.compile(
    rb'"geometryType"\s*:\s*"esri|"features"\s*:\s*\[\s*\{\s*"(?:attributes|geometry"\s*:\s*\{\s*"(?:x|rings|paths|points))"'
)


def content(path: Path) -> str:
    """What a file is, a key of `_WORDS` (or ``dbf``), by its first bytes and, of containers, by what they hold."""
    with path.open("rb") as file:
        start = file.read(_START)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _text(start.decode("utf-16", "ignore").encode())
    found = next((kind for beginning, kind in _BEGINNINGS if start.startswith(beginning)), "")
    if found == "zip":
        return _zipped(path)
    if found == "ole":
        return _old_office(path)
    if found == "dwg" and b"\0" not in start[:16]:  # a text that begins alike
        found = ""
    return found or _text(start)


def _zipped(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as file:
            names = {member.filename for member in file.infolist()[:10_000]}
            kind = (
                file.read("mimetype")[:100] if "mimetype" in names and file.getinfo("mimetype").file_size < 200 else b""
            )
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, ValueError, LookupError):
        return "broken"
    if "[Content_Types].xml" in names:
        heads = {"xl/workbook.bin": "xlsb", "word/document.xml": "word", "ppt/presentation.xml": "slides"}
        return next((kind for name, kind in heads.items() if name in names), "xlsx")
    if b"opendocument" in kind:
        return "ods" if b"spreadsheet" in kind else "word"
    return "kmz" if names & {"doc.kml"} else "zip"


def _old_office(path: Path) -> str:
    with path.open("rb") as file:
        all_of_it = file.read(_SEARCHED)
    streams = {
        "EncryptedPackage": "locked",
        "Workbook": "xls",
        "Book": "xls",
        "WordDocument": "word",
        "PowerPoint Document": "slides",
    }
    return next((kind for name, kind in streams.items() if f"{name}\0".encode("utf-16-le") in all_of_it), "ole")


def _text(start: bytes) -> str:
    plain = start.removeprefix(b"\xef\xbb\xbf").lstrip(b"\x1e \t\r\n")
    if plain.startswith(b"{"):
        return _json(plain)
    if plain.startswith(b"["):
        return "jsonlist"
    if not plain.startswith(b"<"):
        return "text"
    name = _root(plain)
    if name in {b"html", b"table", b"meta", b"head", b"body", b"style", b"div"}:
        return "html"
    if name == b"workbook" and b"urn:schemas-microsoft-com:office:spreadsheet" in start:
        return "xmlbook"
    return {b"kml": "kml", b"gpx": "gpx"}.get(name, "xml")


def _root(xml: bytes) -> bytes:
    """The name of the first element, in lower case; b"" where there is none."""
    at, aside = 0, True
    while aside:
        at += len(xml[at:]) - len(xml[at:].lstrip())
        aside = False
        for begin, end in _ASIDES:
            if xml.startswith(begin, at):
                at, aside = xml.find(end, at + len(begin)) + len(end), True
                if at < len(end):
                    return b""
                break
    found = _ROOT.match(xml, at)
    return found[1].lower() if found else b""


def _json(plain: bytes) -> str:
    if _TOPOLOGY.search(plain):
        return "topojson"
    return "esrijson" if _ESRI.search(plain) else "json"


def refuse_mistaken(path: Path) -> str:
    """What the file is; `ImportRefused` when it is not what its name says and no reader takes it under that name."""
    suffix, found = path.suffix.lower(), content(path)
    if found in _FITS.get(suffix, frozenset()):
        return found
    if found == "broken" and suffix in {".xlsx", ".xlsm", ".ods", ".zip", ".kmz"}:
        raise ImportRefused(
            "文件 {name} 已损坏或不完整：请重新导出，或重新传一次",
            "{name!r} is damaged or cut short: export it, or send it, again",
            param="file",
            name=path.name,
        )
    what, what_to_do = _WORDS[found]
    if found == "text" and suffix not in {".xlsx", ".xlsm", ".xls", ".ods"}:
        what_to_do = Words("可能已损坏，请重新导出", "it may be damaged: export it anew")
    raise ImportRefused(
        "文件 {name} 其实是{what}，不是 {suffix}：{what_to_do}",
        "{name!r} is {what}, not {suffix}: {what_to_do}",
        param="file",
        name=path.name,
        what=what,
        suffix=suffix,
        what_to_do=what_to_do,
    )


def unknown(suffix: str, name: str, known: list[str]) -> ImportRefused:
    """The refusal of a file by its ending, with what to save it as where that is known."""
    what_to_do = Words("：{todo}", ": {todo}", todo=SAVE_AS[suffix]) if suffix in SAVE_AS else ""
    return ImportRefused(
        "不支持的文件类型“{kind}”{what_to_do}", "files of the kind {suffix!r} cannot be read{what_to_do}",
        param="file", allowed=known, kind=suffix or name, suffix=suffix, what_to_do=what_to_do,
    )  # fmt: skip
