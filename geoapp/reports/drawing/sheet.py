"""What every map has around it: frame, neighbours, legend column, scale bar, north, and the marks below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from geoapp.reports import figures
from geoapp.reports.credits import boundaries
from geoapp.reports.drawing import geometry, labels
from geoapp.reports.drawing.frame import BAR_AT_MOST_MM, Frame, distance_text, fit, scale_bar, scale_factor
from geoapp.reports.drawing.geometry import Outline
from geoapp.reports.drawing.palette import HATCH, INK, LINE, NO_DATA, NOUGHT, SOFT, WARN
from geoapp.reports.drawing.svg import Canvas, dots, number, stroke, text_width
from geoapp.reports.structure import Mapped
from geoapp.reports.words import divided, word
from layers.plane import name_of
from layers.words import Words

# A tall map has its legend beside it, a wide one below, in columns: either way the map is as large as the page lets it, and its frame
# as high. What the region leaves free shows its surroundings, and has room for an enlarged core: below a frame of the region's own
# height the page would be white, as no second map finds room there.
WIDTH, TALL_WIDTH = 170.0, 128.0
HEIGHT, HEIGHT_WIDE, WIDE_BELOW = 190.0, 160.0, 1.15
LEGEND_WIDTH, LEGEND_STEP, LEGEND_HEIGHT = 39.0, 43.6, 41.0
# Below the map: system, scale and version, whose outlines these are in a line or three, and the mark of what is made up.
MARKS_LINES, MARKS_STEP = 4, 3.4
MARKS_HEIGHT = 4.0 + MARKS_STEP * (MARKS_LINES + 1)
SECOND_HEIGHT = 16.0  # that a legend with a small map in it is higher
LEGEND_ROW = 4.6
SMALL_PT = 7.0  # no text on paper is smaller


@dataclass(frozen=True, slots=True)
class Figure:
    """A finished drawing with what is said of it. ``key`` names its file."""

    key: str
    title: str
    alt: str
    svg: str
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Sheet:
    """A map being drawn; the legend grows downwards."""

    report: Mapped
    lang: str
    title: str
    frame: Frame
    canvas: Canvas
    legend_x: float = TALL_WIDTH + 3
    legend_y: float = 0.0
    legend_top: float = 0.0
    legend_bottom: float = 0.0
    legend_lowest: float = 0.0  # of the columns that are full
    notes: list[str] = field(default_factory=list)
    levels: list[str] = field(default_factory=list)  # whose outlines are drawn
    taken: list[labels.Box] = field(default_factory=list)  # of the window, where no name is to be
    panels: list[Frame] = field(default_factory=list)  # windows of one scale in place of the one

    @property
    def window(self) -> labels.Box:
        return (0.6, 0.6, self.frame.width - 0.6, self.frame.height - 0.6)

    def visible(self, shape: object) -> object:
        """The part of a shape (m) inside the frame."""
        return geometry.clipped(shape, self.frame)

    def room(self, height: float) -> None:
        """Go to the next column of the legend when this one has no room for so many mm; the last one is as long as it has to be."""
        last = self.legend_x + LEGEND_STEP + LEGEND_WIDTH > WIDTH
        if self.legend_y + height > self.legend_bottom and not last:
            self.legend_lowest = max(self.legend_lowest, self.legend_y)
            self.legend_x += LEGEND_STEP
            self.legend_y = self.legend_top

    def free_height(self) -> float:
        """How much of a column of the legend there is for one thing: of the only one what is left of it."""
        return self.legend_bottom - (self.legend_top or self.legend_y)

    def heading(self, text: str) -> None:
        self.room(5.4 + LEGEND_ROW)
        self.canvas.text(self.legend_x, self.legend_y + 3, text, 7.5, bold=True)
        self.legend_y += 5.4

    def legend_text(self, text: str) -> None:
        """A remark, broken to the width of the column."""
        lines = wrapped(text, SMALL_PT, LEGEND_WIDTH)
        self.room(SMALL_PT * 0.48 * len(lines))
        for line in lines:
            self.canvas.text(self.legend_x, self.legend_y + 2.4, line, SMALL_PT, fill=SOFT)
            self.legend_y += SMALL_PT * 0.48
        if lines:
            self.legend_y += 1.4

    def names(
        self, outlines: Sequence[Outline], ranks: dict[str, int], beside: Sequence[labels.Box] = ()
    ) -> list[labels.Box]:
        """Names of regions, the highest ranked first; by number where a name has no room. ``beside``: what they leave free if
        all of them can. → what they cover."""
        ordered = sorted(outlines, key=lambda each: ranks.get(each.code, len(ranks) + 1))
        wanted = []
        for each in ordered:
            x, y = geometry.inner_point(each.shape, self.frame)
            wanted.append(labels.WantedLabel(x, y, each.name, str(ranks[each.code]) if each.code in ranks else ""))
        placed, left = labels.place(wanted, self.window, SMALL_PT, [*self.taken, *beside])
        if left and beside:
            placed, _ = labels.place(wanted, self.window, SMALL_PT, self.taken)
        for label in placed:
            self.canvas.text(label.x, label.y, label.text, label.size_pt, anchor="middle", halo=True)
        if any(label.text.isdigit() for label in placed):
            self.notes.append(word("numbered", self.lang))
        return [labels.box_of(label) for label in placed]

    def row(self, text: str, count: int) -> None:
        """Text and count of a row of the legend, beside what was drawn at its left; on to the next row."""
        self.canvas.text(self.legend_x + 8, self.legend_y + 2.6, text, SMALL_PT)
        told = figures.integer(count)
        self.canvas.text(self.legend_x + LEGEND_WIDTH, self.legend_y + 2.6, told, SMALL_PT, anchor="end", fill=SOFT)
        self.legend_y += LEGEND_ROW

    def swatch(self, color: str, text: str, count: int) -> None:
        """A class of the legend with how many are in it."""
        self.room(LEGEND_ROW)
        self.canvas.rect(self.legend_x, self.legend_y, 6, 3.4, color, LINE)
        self.row(text, count)

    def no_data(self, shapes: Sequence[object], frame: Frame | None = None) -> None:
        """Hatch what nothing is known of: in grey its colour is that of the lowest class."""
        self.canvas.path(geometry.hatching(shapes, frame or self.frame), stroke=HATCH, width=0.12)

    def nought(self, shapes: Sequence[object], frame: Frame | None = None) -> None:
        """Dot what used nothing: its white is the paper's."""
        self.canvas.path(
            dots(geometry.dotting(shapes, frame or self.frame)), stroke=HATCH, width=0.3, stroke_linecap="round"
        )

    def nought_swatch(self, count: int) -> None:
        """Its row of the legend."""
        self.room(LEGEND_ROW)
        x, y = self.legend_x, self.legend_y
        self.swatch(NOUGHT, "0", count)
        points = [(x + at, y + down) for at, down in ((1.2, 1.0), (3.0, 1.0), (4.8, 1.0), (2.1, 2.4), (3.9, 2.4))]
        self.canvas.path(dots(points), stroke=HATCH, width=0.3, stroke_linecap="round")

    def no_data_swatch(self, count: int) -> None:
        """Its row of the legend."""
        self.room(LEGEND_ROW)
        x, y = self.legend_x, self.legend_y
        self.swatch(NO_DATA, word("no_data", self.lang), count)
        lines = (stroke((x + at, y + 3.2), (x + at + 2.4, y + 0.8)) for at in (0.3, 1.8, 3.3))
        self.canvas.path("".join(lines), stroke=HATCH, width=0.12)

    def finish(self, key: str, said: str = "") -> Figure:
        """Frame, scale, north and marks; then nothing more is drawn. ``said`` is what who does not see the map has to know too."""
        canvas = self.canvas
        for frame in self.panels or [self.frame]:
            canvas.rect(frame.x + 0.1, frame.y + 0.1, frame.width - 0.2, frame.height - 0.2, "none", LINE)
            _north(canvas, frame.x + frame.width - 7, frame.y + 4, word("north", self.lang))
            _bar(canvas, frame)
        for line in self.notes:
            self.legend_text(line)
        below = max(self.legend_lowest, self.legend_y) + MARKS_HEIGHT
        canvas.height = max(canvas.height, below)
        self._marks()
        return Figure(
            key,
            self.title,
            Words(
                "{title}，{name}。{said}", "{title}: {name}. {said}", title=self.title, name=self.report.name, said=said
            )
            .in_(self.lang)
            .rstrip(),
            canvas.to_svg(),
            self.notes,
        )

    def _marks(self) -> None:
        report, y = self.report, self.canvas.height - MARKS_HEIGHT + 3.2
        scale = word("scale", self.lang, scale=f"{self.frame.scale:,}")
        plane = word("crs", self.lang, plane=name_of(report.place.plane))
        parts = (word("data_of", self.lang, version=report.version), divided(report.within, self.lang))
        drawn = word("boundaries", self.lang, boundary=boundaries(report, self.levels, self.lang) or figures.DASH)
        told = [f"{plane} · {scale} · {' · '.join(filter(None, parts))}", *wrapped(drawn, SMALL_PT, WIDTH)]
        for line in told[:MARKS_LINES]:
            self.canvas.text(0, y, line, SMALL_PT, fill=SOFT)
            y += MARKS_STEP
        if report.synthetic:
            self.canvas.text(0, y, word("synthetic_mark", self.lang), SMALL_PT, fill=WARN, bold=True)
            y += MARKS_STEP
        self.canvas.height = y - MARKS_STEP + 1.2  # what the marks did not need is not left white


def wrapped(text: str, size_pt: float, width: float) -> list[str]:
    """Lines no wider than the width; between Latin words, or anywhere in Chinese."""
    lines = [""]
    for piece in _pieces(text):
        if lines[-1] and text_width(lines[-1] + piece.rstrip(), size_pt) > width:
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip()
    return [line.rstrip() for line in lines if line]


def _pieces(text: str) -> list[str]:
    pieces: list[str] = []
    for char in text:
        joins = pieces and ord(char) < 0x2000 and ord(pieces[-1][-1]) < 0x2000 and pieces[-1][-1] != " "
        closes = pieces and char in "，。；：、）)"
        if joins or closes:
            pieces[-1] += char
        else:
            pieces.append(char)
    return pieces


def begin(
    report: Mapped, lang: str, title: str, shapes: Sequence[Outline], context: Sequence[Outline], *, second: bool = False
) -> Sheet:  # fmt: skip
    """A sheet whose frame holds the shapes, with their neighbours faint behind. ``second``: a small map stands in its legend."""
    west, south, east, north = geometry.bounds(shapes)
    if (north - south) / (east - west) < WIDE_BELOW:
        more = SECOND_HEIGHT if second else 0.0
        height = HEIGHT_WIDE - more
        frame = fit((west, south, east, north), WIDTH, height, height)
        below = frame.height + LEGEND_HEIGHT + more
        canvas = Canvas(WIDTH, below + MARKS_HEIGHT, f"{report.name} {title}")
        top = frame.height + 2.5
        sheet = Sheet(report, lang, title, frame, canvas, 0.0, top, top, below)
    else:
        frame = fit((west, south, east, north), TALL_WIDTH, HEIGHT, HEIGHT)
        canvas = Canvas(WIDTH, frame.height + MARKS_HEIGHT, f"{report.name} {title}")
        sheet = Sheet(report, lang, title, frame, canvas, legend_bottom=frame.height)
    sheet.taken += _furniture(frame)
    sheet.levels += [report.child_level, *list(report.boundaries)[:1]]  # what lies around is of the first level
    canvas.rect(0, 0, frame.width, frame.height, "#fbfaf7")
    behind = "".join(geometry.path_of(sheet.visible(each.shape), frame) for each in geometry.simplified(context, frame))
    canvas.path(behind, fill="#f2f0ea", stroke="#dcd8cd", width=0.2)
    return sheet


def _furniture(frame: Frame) -> list[labels.Box]:
    """What the scale bar and the north arrow cover."""
    _, length = scale_bar(frame.scale, scale_factor(frame.east))
    return [
        (0.0, frame.height - 9.4, length + 10, frame.height),
        (frame.width - 10, 0.0, frame.width, 14.0),
    ]


def _north(canvas: Canvas, x: float, y: float, letter: str) -> None:
    canvas.path(f"M{number(x)} {number(y + 3)}l1.8 6.4l-1.8 -1.3l-1.8 1.3Z", fill=INK)
    canvas.text(x, y + 2.2, letter, 7, anchor="middle", bold=True, halo=True)


def _bar(canvas: Canvas, frame: Frame) -> None:
    """The scale bar, true where the map is: a metre of ground is not quite a metre of the plane."""
    metres, length = scale_bar(frame.scale, scale_factor(frame.east), min(BAR_AT_MOST_MM, frame.width / 3))
    x, y = frame.x + 4.0, frame.y + frame.height - 4.0
    canvas.rect(x - 2, y - 5.2, length + 7, 6.6, "#fbfaf7")
    canvas.rect(x, y - 1.4, length / 2, 1.2, INK)
    canvas.rect(x, y - 1.4, length, 1.2, "none", INK)
    canvas.text(x, y - 2.2, "0", SMALL_PT, anchor="middle")
    canvas.text(x + length, y - 2.2, distance_text(metres), SMALL_PT, anchor="middle")
