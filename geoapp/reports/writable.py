"""The report as a DOCX, for who has to write on: headings, captions that count, tables, pictures. The same bytes for the same data.

It writes the chapters that page and PDF have, and computes nothing. Texts become texts of XML: nothing in them is markup.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

from geoapp.reports import figures, pictures
from geoapp.reports.captions import Captioned
from geoapp.reports.chapters import Chapter, DrawnReport, chapters
from geoapp.reports.structure import Printed
from geoapp.reports.tables import PrintedTable
from geoapp.reports.words import data_version, word
from layers.export.timeless import zipped
from layers.languages import language
from layers.text import one_line
from layers.words import COLON

LATIN, EAST_ASIAN = "Arial", "微软雅黑"  # there on every office's Windows; elsewhere replaced
WIDTH_MM = 170
MARGINS_MM = {"top_margin": 22, "bottom_margin": 18, "left_margin": 20, "right_margin": 20}
SOFT, WARNING, RULE = "52626A", "9A4A1C", "DCD8CD"
_STYLES = ("Normal", "Title", "Subtitle", "Heading 1", "Heading 2", "Caption", "List Number", "Header", "Footer")
_RIGHT = frozenset({"integer", "litres", "share", "change", "area", "density"})
_UNKNOWN_TIME = datetime(2000, 1, 1)


def docx(drawn: DrawnReport[Printed]) -> bytes:
    """The whole report; what is too long for print is as bounded here."""
    made = _Writer(drawn)
    made.cover()
    for chapter in chapters(drawn):
        made.chapter(chapter)
    return made.bytes()


class _Writer:
    """A document being written from above to below."""

    def __init__(self, drawn: DrawnReport[Printed]) -> None:
        self.drawn, self.report, self.lang = drawn, drawn.report, drawn.lang
        self.shots = pictures.shots([*drawn.maps, *drawn.charts])
        self.period = figures.period(self.report.period.first, self.report.period.last, self.lang)
        self.colours = {name: value.lstrip("#").upper() for name, value in drawn.layout.colours.items()}
        self.made = Document()
        self._settle()

    def _settle(self) -> None:
        """Paper, fonts, language, what it is called, and what stands on every page."""
        _forget_thumbnail(self.made)
        section = self.made.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        for name, millimetres in MARGINS_MM.items():
            setattr(section, name, Mm(millimetres))
        for name in _STYLES:
            _font(self.made.styles[name])
        normal = self.made.styles["Normal"]
        normal.font.size, normal.paragraph_format.space_after = Pt(10.5), Pt(4)
        for name, size, colour in (
            ("Title", 24, "heading"), ("Subtitle", 14, "heading"), ("Heading 1", 16, "heading"), ("Heading 2", 12, "subheading"),
            ("Caption", 9.5, "subheading"),
        ):  # fmt: skip
            font = self.made.styles[name].font
            font.size, font.color.rgb = Pt(size), RGBColor(*bytes.fromhex(self.colours[colour]))
            font.italic, font.bold = False, name.startswith("Heading")
        caption = self.made.styles["Caption"].paragraph_format
        caption.space_before, caption.space_after = Pt(8), Pt(2)
        _language(self.made.styles, language(self.lang).tag)
        told = self.made.core_properties
        told.author, told.title, told.comments = "水图 Shuitu", one_line(self.drawn.title), ""
        told.subject, told.language = self.period, language(self.lang).tag
        told.last_modified_by, told.revision = "水图 Shuitu", 1
        at = self.report.changed_at.replace(tzinfo=None) if self.report.changed_at else _UNKNOWN_TIME
        told.created = told.modified = at
        self._running(section)

    def _running(self, section: Any) -> None:
        head = section.header.paragraphs[0]
        self.made.styles["Header"].paragraph_format.tab_stops.clear_all()
        head.paragraph_format.tab_stops.add_tab_stop(Mm(WIDTH_MM), WD_TAB_ALIGNMENT.RIGHT)
        version = f"{word('as_of', self.lang)} {self.report.version}"
        _run(head, f"{self.report.name} · {self.period}", 8, SOFT)
        head.add_run().add_tab()
        _run(head, version, 8, SOFT)
        for mark, there in (("provisional", self.report.provisional), ("synthetic_mark", self.report.synthetic)):
            if there:
                _run(head, f" · {word(mark, self.lang)}", 8, WARNING)
        foot = section.footer.paragraphs[0]
        foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _field(foot, "PAGE", "1")
        _run(foot, " / ", 8, SOFT)
        _field(foot, "NUMPAGES", "1")

    def paragraph(self, text: str, style: str | None = None) -> Any:
        return self.made.add_paragraph(one_line(text), style)

    def small(self, text: str, colour: str = SOFT) -> None:
        paragraph = self.made.add_paragraph()
        paragraph.paragraph_format.space_after = Pt(2)
        _run(paragraph, text, 8, colour)

    def cover(self) -> None:
        report, lang = self.report, self.lang
        if report.path:
            self.paragraph(" / ".join(report.path))
        self.paragraph(self.drawn.title, "Title")
        self.paragraph(self.period, "Subtitle")
        lines = [
            self.drawn.identified,
            (word("as_of", lang), data_version(report, lang)),
            (word("authority", lang), report.place.authority(lang)),
            (word("on_map", lang), report.map_address),
        ]
        self._labelled([line for line in lines if line[1]])
        if report.synthetic:
            self.small(word("synthetic_mark", lang), WARNING)

    def _labelled(self, lines: Iterable[tuple[str, str]]) -> None:
        for label, text in lines:
            paragraph = self.made.add_paragraph()
            paragraph.add_run(one_line(label)).bold = True
            paragraph.add_run(one_line(f"{COLON.in_(self.lang)}{text}"))

    def chapter(self, chapter: Chapter) -> None:
        self.made.add_heading(one_line(chapter.heading), 1)
        for sentence in chapter.told:
            self.paragraph(sentence)
        self._labelled(chapter.facts)
        for remark in chapter.remarks:
            self.small(remark)
        if chapter.ranks:
            self.made.add_heading(one_line(chapter.ranked), 2)
            self._labelled(chapter.ranks)
        for each in chapter.figures:
            self.figure(each)
        for each in chapter.tables:
            self.table(each)
        self._labelled(chapter.terms)
        for line in chapter.lines:
            self.paragraph(line, "List Number")
        for line in chapter.foot:
            self.small(line)

    def figure(self, each: Captioned) -> None:
        assert each.figure is not None
        paragraph = self.made.add_paragraph()
        paragraph.paragraph_format.keep_with_next = True
        picture = paragraph.add_run().add_picture(io.BytesIO(self.shots[each.figure.key]), width=Mm(WIDTH_MM))
        of_picture = picture._inline.docPr
        of_picture.set("descr", one_line(each.figure.alt))
        of_picture.set("title", one_line(f"{each.number} {each.title}"))
        self._caption(each).alignment = WD_ALIGN_PARAGRAPH.CENTER
        self._below(each)

    def table(self, each: Captioned) -> None:
        assert each.table is not None
        caption = self._caption(each)
        caption.paragraph_format.keep_with_next = True
        if each.unit:
            caption.paragraph_format.tab_stops.add_tab_stop(Mm(WIDTH_MM), WD_TAB_ALIGNMENT.RIGHT)
            caption.add_run().add_tab()
            _run(caption, each.unit, 8, SOFT)
        rows = _rows(each.table, self.colours["line"], with_units=not each.unit)
        told = one_line(f"{each.number} {each.title}")
        # A table ends the paragraph before it; Word wants one between two tables, which the notes are, or an empty one.
        self.made.element.body.insert(len(self.made.element.body) - 1, parse_xml(_table(each.table, rows, told)))
        self._below(each)
        if not (each.notes or each.source):
            self.small("")

    def _caption(self, each: Captioned) -> Any:
        """A caption of Word's own: its number counts, so that what is put before it is counted too."""
        paragraph = self.made.add_paragraph(style="Caption")
        label = each.number.rstrip("0123456789")
        _run(paragraph, label, bold=True)
        _field(paragraph, f"SEQ {label.strip()} \\* ARABIC", each.number.removeprefix(label), bold=True)
        _run(paragraph, f"  {each.title}")
        return paragraph

    def _below(self, each: Captioned) -> None:
        for n, note in enumerate(each.notes):
            self.small((word("note", self.lang) if n == 0 else "") + note)
        if each.source:
            self.small(each.source)

    def bytes(self) -> bytes:
        """Without the times of saving, which a ZIP has."""
        out = io.BytesIO()
        self.made.save(out)
        with zipfile.ZipFile(out) as archive:
            return zipped({name: archive.read(name) for name in archive.namelist()})


def _forget_thumbnail(made: Any) -> None:
    """The picture of an empty page, which the library's template brings."""
    relations = made.part.package.rels
    for name in [name for name, each in relations.items() if each.reltype.endswith("/thumbnail")]:
        del relations[name]


def _font(style: Any) -> None:
    """Latin and East Asian letters by name, and none by the theme, which would go before them."""
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in [name for name in fonts.attrib if name.endswith("Theme")]:
        del fonts.attrib[name]
    for kind, font in (("ascii", LATIN), ("hAnsi", LATIN), ("cs", LATIN), ("eastAsia", EAST_ASIAN)):
        fonts.set(qn(f"w:{kind}"), font)


def _language(styles: Any, tag: str) -> None:
    """What a checker of spelling and a reading voice go by, of all text that says nothing else."""
    for told in styles.element.iter(qn("w:lang")):
        told.set(qn("w:val"), tag)
        told.set(qn("w:eastAsia"), "zh-CN")


def _run(paragraph: Any, text: str, size: float | None = None, colour: str = "", *, bold: bool = False) -> None:
    run = paragraph.add_run(one_line(text))
    if size:
        run.font.size = Pt(size)
    if colour:
        run.font.color.rgb = RGBColor(*bytes.fromhex(colour))
    if bold:
        run.bold = True


def _field(paragraph: Any, instruction: str, shown: str, *, bold: bool = False) -> None:
    """A field with what it comes to, so that who reads and does not reckon sees it too."""
    run = f"<w:r>{'<w:rPr><w:b/></w:rPr>' if bold else ''}<w:t>{escape(shown)}</w:t></w:r>"
    told = f"<w:fldSimple {nsdecls('w')} w:instr={quoteattr(f' {instruction} ')}>{run}</w:fldSimple>"
    paragraph._p.append(parse_xml(told))


def _rows(table: PrintedTable, line: str, *, with_units: bool) -> list[str]:
    """Rows as WordprocessingML; made by text, as the library looks through all cells for each."""
    head = [
        (column.kind, f"{column.label} ({column.unit})" if column.unit and with_units else column.label)
        for column in table.columns
    ]
    widths = [round(width / 100 * WIDTH_MM * 56.7) for width in table.widths]
    found = [_row(head, widths, line, properties="<w:cantSplit/><w:tblHeader/>", bold=True)]
    found += [_row(cells, widths, RULE) for cells in table.printed()]
    if table.total:
        found.append(_row(table.printed_total(), widths, line, bold=True))
    return found


def _row(
    cells: Sequence[tuple[str, str]], widths: Sequence[int], line: str, *, properties: str = "<w:cantSplit/>", bold: bool = False
) -> str:  # fmt: skip
    told = []
    for (kind, text), width in zip(cells, widths, strict=True):
        side = "right" if kind in _RIGHT else "left"
        border = f'<w:tcBorders><w:bottom w:val="single" w:sz="4" w:space="0" w:color="{line}"/></w:tcBorders>'
        letters = f'<w:rPr>{"<w:b/>" if bold else ""}<w:sz w:val="16"/><w:szCs w:val="16"/></w:rPr>'
        told.append(
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{border}</w:tcPr>'
            f'<w:p><w:pPr><w:spacing w:before="20" w:after="20"/><w:jc w:val="{side}"/></w:pPr>'
            f'<w:r>{letters}<w:t xml:space="preserve">{escape(one_line(text))}</w:t></w:r></w:p></w:tc>'
        )
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(told)}</w:tr>"


def _table(table: PrintedTable, rows: Sequence[str], told: str) -> str:
    grid = "".join(f'<w:gridCol w:w="{round(width / 100 * WIDTH_MM * 56.7)}"/>' for width in table.widths)
    return (
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="5000" w:type="pct"/><w:tblLayout w:type="fixed"/>'
        '<w:tblLook w:val="0020" w:firstRow="1" w:lastRow="0" w:firstColumn="0" w:lastColumn="0" w:noHBand="1" w:noVBand="1"/>'
        f"<w:tblCaption w:val={quoteattr(told)}/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )
