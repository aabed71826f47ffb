"""Which reading of a batch the evidence speaks for. Pure: arrays in, a verdict out.

Two kinds of evidence. Rows name the division they are in, and a reading puts them into one: this tells readings that lie far
apart, and at the village also web maps' datums. And of codes that are known already the position is known: a datum moves all
of them by one vector, which "inside the district" cannot see.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from layers import vocab
from layers.ingest.positions.readings import metres_per_degree
from layers.words import COMMA, Listed, Small, Worded, Words

Floats = NDArray[np.float64]
Codes = NDArray[np.str_]

FEW_KNOWN = 3  # known codes that make a shift
STILL_M = 5.0  # moved by less, a known object stands where it stood
SPREAD_SHARE = 0.35  # of the shift's length: an offset datum's own vector turns that much across a large city
ALIKE = 0.8  # of the known codes lie within that spread
BETTER = 4  # rows that another reading fits and this one does not, to one the other way around
BETTER_SHARE = 0.05  # of the rows by which a better reading must be ahead
FEW_ROWS = (
    5  # in their declared district that a reading must fit better: one that moved to the next village is no other datum
)
SURELY = 8  # rows, and times, for a reading that explains at least half of what does not fit

FURTHEST_M = 1e6  # no shift, but nonsense
_NEAR_M = 100.0  # what may be left of a shift that another reading explains
# The levels below the city by the digits of their codes; where a county is the city, its own code has those of a district.
_LEVELS: Mapping[int, vocab.Term] = {digits: vocab.LEVEL.by_id[level] for level, digits in vocab.CODE_DIGITS.items()}
_COARSE = vocab.CODE_DIGITS[vocab.DISTRICT]


@dataclass(frozen=True, slots=True)
class Shift:
    """How the known codes have moved: the median vector in metres east and north, how many were compared.

    ``spread_m`` is the distance from that vector within which half of them lie, ``alike`` whether they moved as one.
    """

    count: int
    east_m: float
    north_m: float
    spread_m: float
    alike: bool

    @property
    def length_m(self) -> float:
        return float(np.hypot(self.east_m, self.north_m))

    @property
    def stands(self) -> bool:
        """The known objects stand where they stood."""
        return self.length_m <= STILL_M

    @property
    def is_one_vector(self) -> bool:
        return self.alike and not self.stands


@dataclass(frozen=True, slots=True)
class Seen:
    """What a reading makes of the sampled rows.

    ``found``: code of the village that covers each row's position, "" for none; ``declared``: what the row says, "" where it
    says nothing; ``shift`` of the known codes, None where there are too few; ``settled``: rows whose known position it repeats;
    ``by_form``: the numbers look as this reading writes them, and hardly so by chance.
    """

    name: str
    found: Codes
    declared: Codes
    shift: Shift | None = None
    settled: NDArray[np.bool_] | None = None
    by_form: bool = False

    @property
    def fit(self) -> Floats:
        """Of each row the share of the divisions it names, from the city down, that its position lies in."""
        hits, asked = (self.found != "").astype(np.float64), np.ones(len(self.found))
        for digits in _LEVELS:
            says, hit = self._level(digits)
            hits, asked = hits + hit, asked + says
        return hits / asked

    def _level(self, digits: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Which rows name a division of so many digits, and which of these lie in it."""
        says = np.strings.str_len(self.declared) >= digits
        return says, says & (self.found.astype(f"U{digits}") == self.declared.astype(f"U{digits}"))

    @property
    def coarse(self) -> NDArray[np.bool_]:
        """Which rows lie in their district, or, naming none, in the city."""
        says, hit = self._level(_COARSE)
        inside: NDArray[np.bool_] = np.where(says, hit, self.found != "")
        return inside

    @property
    def stands(self) -> bool:
        return self.shift is not None and self.shift.stands

    def told(self, divisions: bool) -> Worded:
        """The evidence in words; of ``divisions`` only where there are outlines to lie in."""
        found: list[Worded] = self._regions_told() if divisions else []
        if self.shift is not None:
            found.append(shift_told(self.shift))
        if self.by_form:
            found.append(Words("小数都像分、秒（不到 60）", "all decimals read like minutes and seconds"))
        return Listed(*found, by=COMMA) if found else Words("无可比对", "nothing to compare with")

    def _regions_told(self) -> list[Worded]:
        inside, rows = int((self.found != "").sum()), len(self.found)
        found: list[Worded] = [
            Words(
                "{rows:,} 个位置中 {inside:,} 个在本市",
                "{inside:,} of {rows:,} positions lie in the city",
                rows=rows,
                inside=inside,
            )
        ]
        for digits, level in _LEVELS.items():
            says, hit = self._level(digits)
            if says.any():
                found.append(
                    Words(
                        "{says:,} 个中 {hits:,} 个在登记的{level}",
                        "{hits:,} of {says:,} in their {level}",
                        says=int(says.sum()),
                        hits=int(hit.sum()),
                        level=Small(level),
                    )
                )
        return found


def shift_told(shift: Shift) -> Words:
    """How far the codes that are known lie from where they were."""
    if shift.stands:
        return Words(
            "已登记的 {count:,} 个编码位置不变（中位偏移 {metres:.1f} 米）",
            "{count:,} known codes are where they were (median: {metres:.1f} m)",
            count=shift.count,
            metres=shift.length_m,
        )
    if shift.length_m > FURTHEST_M:
        return Words(
            "已登记的 {count:,} 个编码全不在原处附近", "{count:,} known codes lie nowhere near", count=shift.count
        )
    return Words(
        "已登记的 {count:,} 个编码中位偏移 {metres:.0f} 米（东 {east:+.0f}，北 {north:+.0f}，离散 ±{spread:.0f}）",
        "{count:,} known codes are moved by {metres:.0f} m (median: {east:+.0f} m east, {north:+.0f} m north, ± {spread:.0f} m)",
        count=shift.count,
        metres=shift.length_m,
        east=shift.east_m,
        north=shift.north_m,
        spread=shift.spread_m,
    )


def shift_of(lon: Floats, lat: Floats, known_lon: Floats, known_lat: Floats) -> Shift | None:
    """How positions of known codes lie to those that are kept, all in degrees; None for fewer than `FEW_KNOWN`.

    Positions that a reading cannot place count as infinitely far.
    """
    if len(lon) < FEW_KNOWN:
        return None
    per_lon, per_lat = metres_per_degree(known_lat)
    # The median of infinities is no number: a position that cannot be is as far as the earth is round.
    east, north = (
        np.clip(np.nan_to_num((there - known) * per, nan=4e7, posinf=4e7, neginf=-4e7), -4e7, 4e7)
        for there, known, per in ((lon, known_lon, per_lon), (lat, known_lat, per_lat))
    )
    middle = float(np.median(east)), float(np.median(north))
    away = np.hypot(east - middle[0], north - middle[1])
    length = float(np.hypot(*middle))
    alike = float(np.quantile(away, ALIKE)) <= max(STILL_M, SPREAD_SHARE * length)
    return Shift(len(lon), middle[0], middle[1], float(np.median(away)), alike)


Why = Literal["fits", "moved", "regions", "form", "nowhere", "vector"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The reading to propose (an index, 0 is the plain one), whether somebody has to confirm it, and why.

    ``fits``: nothing speaks against the plain reading; ``moved``: another one leaves known codes where they stood;
    ``regions``: another fits the declared divisions better, ``form``: no worse, and the numbers are written so; ``vector``: all known codes moved by one vector that no reading
    explains; ``nowhere``: most rows lie outside their declared divisions, by every reading.
    """

    chosen: int
    asks: bool
    why: Why


def judge(seen: Sequence[Seen], *, divisions: bool) -> Verdict:
    """Weigh the readings, of which the first is the plain one; ``divisions``: whether there are outlines to lie in."""
    plain = seen[0]
    if moved := _standing(seen):
        return Verdict(moved, True, "moved")
    rows = np.ones(len(plain.found), dtype=bool) if plain.settled is None else ~plain.settled
    if rows.any() and (written := _written(seen, rows)):
        return Verdict(written, True, "form")
    if divisions and rows.any():
        if better := _better(seen, rows):
            return Verdict(better, True, "regions")
        if plain.coarse[rows].mean() < 0.5:
            return Verdict(0, True, "nowhere")
    if plain.shift is not None and plain.shift.is_one_vector:
        return Verdict(0, True, "vector")
    return Verdict(0, False, "fits")


def _standing(seen: Sequence[Seen]) -> int:
    """The reading that leaves known codes where they stood when the plain one moves them all; 0 for none."""
    plain = seen[0].shift
    if plain is None or not plain.is_one_vector:
        return 0
    left = [
        (one.shift.length_m + one.shift.spread_m, at)
        for at, one in enumerate(seen)
        if at
        and one.shift is not None
        and one.shift.length_m + one.shift.spread_m < max(STILL_M, min(_NEAR_M, 0.15 * plain.length_m))
    ]
    return min(left)[1] if left else 0


def _written(seen: Sequence[Seen], rows: NDArray[np.bool_]) -> int:
    """The reading whose form the numbers have, if it fits no worse than the plain one; 0 for none."""
    plain = seen[0].fit[rows].mean()
    found = [
        (-float(one.fit[rows].mean()), at)
        for at, one in enumerate(seen)
        if at and one.by_form and not _unsettles(seen[0], one)
    ]
    return min(found)[1] if found and -min(found)[0] >= plain else 0


def _unsettles(plain: Seen, other: Seen) -> bool:
    """Whether a reading would move the known codes that the plain one leaves where they stood."""
    return plain.stands and not other.stands


def _better(seen: Sequence[Seen], rows: NDArray[np.bool_]) -> int:
    """The reading that fits the declared divisions clearly better than the plain one; 0 for none."""
    plain = seen[0].fit[rows]
    least = FEW_ROWS if seen[0].coarse[rows].mean() >= 0.5 else 1
    found = []
    for at, one in enumerate(seen[1:], 1):
        if _unsettles(seen[0], one):
            continue
        fit = one.fit[rows]
        gained, lost = int((fit > plain).sum()), int((fit < plain).sum())
        ahead = gained - lost >= max(1, BETTER_SHARE * len(plain)) and gained >= BETTER * lost
        surely = gained >= SURELY and gained >= SURELY * lost and 2 * gained >= int((plain < 1).sum())
        if gained >= least and (ahead or surely):
            found.append((-float(fit.mean()), at))
    return min(found)[1] if found else 0
