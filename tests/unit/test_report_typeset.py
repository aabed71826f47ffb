"""A page is set by our shorter ways as WeasyPrint sets it by itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import weasyprint
from weasyprint.text.fonts import FontConfiguration

from geoapp.reports import press, typeset
from geoapp.reports.typeset.lines import OneLine, iter_line_boxes
from geoapp.reports.typeset.voices import drawn

BY_ITSELF = """
import sys
from weasyprint import HTML
from weasyprint.text.line_break import Layout
assert Layout.setup.__module__.startswith("weasyprint.")
HTML(string=sys.stdin.read()).write_pdf(sys.argv[1], pdf_variant="pdf/a-2b", pdf_tags=True, pdf_identifier=b"0a", uncompressed_pdf=True)
"""
STYLE = """
@page { size: A5; margin: 20mm; @top-left { content: element(left); } @bottom-center { content: counter(page) " / " counter(pages); } }
.left { position: running(left); font-size: 8pt; }
html { font: 9.5pt/1.55 "Noto Sans CJK SC", sans-serif; color: #1b2b32; }
table { width: 100%; border-collapse: collapse; table-layout: fixed; font-size: 8pt; line-height: 1.35; }
td { border-bottom: .25pt solid #dcd8cd; padding: .75mm 1mm; overflow-wrap: anywhere; } th { vertical-align: bottom; }
.right { text-align: right; } .middle { text-align: center; } .spread { text-align: justify; } .near { letter-spacing: .1em; }
.unit { float: right; font-size: 8pt; } .under { text-decoration: underline; } .high { line-height: 3; vertical-align: super; }
dl { display: grid; grid-template-columns: 30mm minmax(0, 1fr); } .half { width: 50%; padding-left: 3%; text-indent: 4mm; }
"""
TEXTS = (
    "1,234.56", "—", "北下关街道", "Xiaguan Subdistrict of the north", "a b", "ｆｕｌｌ", "é̂ ﬁ ✓", "一个很长的名字" * 6, "averyverylongword" * 5, " x ",
    "soft\u00adhyphen", "no\u00a0break", "مرحبا", "two\nlines", "100 %", "💧 5",
)  # fmt: skip
KINDS = ("", "right", "middle", "spread", "near", "under", "high")


def page() -> str:
    rows = "".join(f"<tr>{''.join(f'<td class={kind!r}>{text}</td>' for kind in KINDS)}</tr>" for text in TEXTS * 3)
    told = "".join(f"<dt>{text}</dt><dd class='half'>{text}{text}</dd><dd></dd>" for text in TEXTS)
    return (
        f"<!doctype html>\n<html lang='zh-CN'><head><meta charset='utf-8'><title>页</title><style>{STYLE}</style></head><body>"
        f"<div class='left'>海淀区 · 2019</div><h1>水<br>图</h1><h3><span>表1</span><span class='unit'>万 m³</span></h3>"
        f"<table><colgroup><col style='width:30%'></colgroup><thead><tr><th>名称<th>用水量</tr></thead>{rows}</table><dl>{told}</dl></body></html>"
    )


def test_a_page_is_set_to_the_last_byte_as_by_weasyprint_itself(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", BY_ITSELF, tmp_path / "by_itself.pdf"], input=page(), text=True, check=True)
    ours = press.laid_out(page(), {}).write_pdf(
        pdf_variant="pdf/a-2b", pdf_tags=True, pdf_identifier=b"0a", uncompressed_pdf=True
    )
    assert ours == (tmp_path / "by_itself.pdf").read_bytes()


def test_it_was_written_beside_the_version_that_is_installed() -> None:
    """With another one WeasyPrint sets the pages, and takes longer: read what it changed, then tell the new one here."""
    assert weasyprint.__version__ == typeset.WRITTEN_BESIDE
    assert weasyprint.layout.block.iter_line_boxes is iter_line_boxes


def test_a_text_of_a_drawing_is_shaped_once() -> None:
    fonts = FontConfiguration()
    one, same, bold = (drawn(fonts, "Noto Sans CJK SC", 3.0, each, "西城") for each in (False, False, True))
    assert isinstance(one, OneLine)
    assert one is same
    assert bold is not one
