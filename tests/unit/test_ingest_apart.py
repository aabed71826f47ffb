"""A file is read in a process of its own: bounded, without secrets, and gone with whoever asked."""

from __future__ import annotations

import ctypes
import io
import os
import pwd
import shutil
import signal
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from django.conf import LazySettings

from layers.ingest import apart, extent, scratch, wire
from layers.ingest.apart import opened_apart
from layers.ingest.readers import opened
from layers.ingest.reading import Hints
from layers.ingest.refusal import ImportRefused
from layers.ingest.table import Chunk, Table
from tests import workbooks

ROOT = Path(__file__).resolve().parents[2]
LONG = 400_000  # rows of a CSV that does not fit into a pipe: its reader is there until somebody takes them


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: LazySettings) -> Iterator[Path]:
    """Where the folders of the reading processes are made; neither a folder nor a process is left when a test ends."""
    made = Path(tempfile.mkdtemp(dir="/var/tmp"))  # which a reader's own user can reach, unlike tmp_path
    made.chmod(0o755)
    monkeypatch.setattr(tempfile, "tempdir", str(made))
    monkeypatch.setattr(scratch, "FOR_ANOTHER", made)
    if os.geteuid() == 0:
        settings.SERVICE_USER = settings.SERVICE_USER or "nobody"
    before = set(children())
    yield made
    assert set(children()) <= before
    assert list(made.glob(f"{scratch.PREFIX}*")) == []
    shutil.rmtree(made)


def children() -> list[int]:
    """The processes that this one started and has not yet waited for."""
    found = [task.read_text().split() for task in Path("/proc/self/task").glob("*/children")]
    return [int(pid) for pids in found for pid in pids]


def reader() -> int:
    (pid,) = [pid for pid in children() if b"layers.ingest.reader" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    return pid


def long_file(folder: Path) -> Path:
    path = folder / "long.csv"
    path.write_text("code,name\n" + "".join(f"W{n},一号井\n" for n in range(LONG)), encoding="utf-8")
    return path


def all_of(table: Table) -> dict[str, Any]:
    chunks = list(table.chunks())
    return {
        "head": (table.format, table.headings, table.has_geometry, table.crs, list(table.notes)),
        "rows": [row for chunk in chunks for row in chunk.rows.tolist()],
        "ragged": [one for chunk in chunks for one in chunk.ragged],
        "columns": {
            name: [value for chunk in chunks for value in chunk.columns[name].to_pylist()] for name in table.headings
        },
        "wkb": [value for chunk in chunks if chunk.wkb is not None for value in chunk.wkb.to_pylist()],
    }


POINTS = gpd.GeoDataFrame(
    {"code": ["001", "002", "003"], "名称": ["怀柔", None, "密云"], "depth_m": [80.0, 12.5, None]},
    geometry=[shapely.Point(116.4, 39.9), None, shapely.Point(116.5, 40)],
    crs="EPSG:4490",
)


def file_of(folder: Path, kind: str) -> Path:
    path = folder / f"机井.{kind}"
    if kind == "csv":
        path.write_text('code,name,name\n1,"甲\n乙",x\n\n2\n3,,z\n', encoding="gb18030")
    elif kind == "xlsx":
        workbooks.write(path, {"表": [workbooks.row(1, {1: "台账"}), workbooks.row(2, {1: "code", 2: "name"}),
                                      workbooks.row(4, {1: "W1", 3: "z"})]})  # fmt: skip
    elif kind == "parquet":
        POINTS.to_parquet(path)
    elif kind == "zip":
        with zipfile.ZipFile(path, "w") as packed:
            for one in [*file_of(folder, "shp").parent.glob("机井.*")]:
                if one != path:
                    packed.write(one, one.name)
    elif kind == "mif":
        POINTS.rename(columns={"名称": "name"}).to_file(path, driver="MapInfo File", encoding="GBK")
    else:
        POINTS.to_file(path, encoding="GB18030" if kind == "shp" else None)
        path.with_suffix(".cpg").unlink(missing_ok=True)
    return path


@pytest.mark.parametrize("kind", ["csv", "xlsx", "geojson", "gpkg", "shp", "mif", "parquet", "zip"])
@pytest.mark.parametrize("chunk_bytes", [apart.CHUNK_BYTES, 60])
@pytest.mark.parametrize("own_user", [True, False])
def test_what_is_read_apart_is_what_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: LazySettings, kind: str, chunk_bytes: int, own_user: bool
) -> None:
    monkeypatch.setattr(apart, "CHUNK_BYTES", chunk_bytes)
    if not own_user:
        settings.SERVICE_USER = ""
    path = file_of(tmp_path, kind)
    with opened(path) as here:
        wanted = all_of(here)
    with opened_apart(path) as there:
        assert all_of(there) == wanted
    assert wanted["rows"]


def test_a_signal_takes_nothing_from_what_it_is_told(tmp_path: Path) -> None:
    """More than fits into a pipe, to a process that has yet to start."""
    path = file_of(tmp_path, "csv")
    words = frozenset(f"字{number}" for number in range(40_000))
    before = signal.signal(signal.SIGALRM, lambda *_: None)
    signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
    try:
        with opened_apart(path, hints=Hints({}, words)) as table:
            assert table.headings[0] == "code"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_a_file_that_only_its_owner_can_reach_is_handed_over(tmp_path: Path) -> None:
    folder = tmp_path / "private"
    folder.mkdir(mode=0o700)
    path = file_of(folder, "shp")
    for one in folder.iterdir():
        one.chmod(0o600)
    with opened_apart(path) as table:
        assert all_of(table)["columns"]["名称"] == ["怀柔", None, "密云"]


@pytest.mark.parametrize("own_user", [True, False])
def test_rows_that_a_geopackage_has_in_its_journal_are_read(
    tmp_path: Path, settings: LazySettings, own_user: bool
) -> None:
    """As QGIS has a file in which somebody is at work."""
    if not own_user:
        settings.SERVICE_USER = ""
    path = file_of(tmp_path, "gpkg")
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode=WAL")
    with closing(sqlite3.connect(path)) as database:
        database.execute('CREATE TABLE more AS SELECT "code" FROM "机井"')
        database.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('more', 'attributes', 'm')"
        )
        database.commit()
        assert path.with_name(f"{path.name}-wal").stat().st_size
        with opened_apart(path, "more") as table:
            assert all_of(table)["columns"]["code"] == ["001", "002", "003"]


def test_a_refusal_comes_as_it_was_made(tmp_path: Path) -> None:
    path = workbooks.write(tmp_path / "a.xlsx", {name: [workbooks.row(1, {1: "code"})] for name in ("甲", "乙")})
    with pytest.raises(ImportRefused) as here, opened(path):
        pass
    with pytest.raises(ImportRefused) as there, opened_apart(path):
        pass
    assert vars(there.value) == vars(here.value)
    assert there.value.allowed == ["甲", "乙"]


def test_the_process_is_told_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "PGPASSWORD", "SECRET_KEY", "DJANGO_SETTINGS_MODULE", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "hush")
    with opened_apart(long_file(tmp_path)):
        pid = reader()
        environment = Path(f"/proc/{pid}/environ").read_bytes()
        status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
        opened_files = [str(one.readlink()) for one in Path(f"/proc/{pid}/fd").iterdir()]
    assert b"hush" not in environment and b"OPENBLAS_NUM_THREADS" in environment
    assert not [one for one in opened_files if "socket" in one]
    assert status["NoNewPrivs"].strip() == "1"
    if os.geteuid() == 0:
        assert "0" not in status["Uid"].split() + status["Gid"].split() + status["Groups"].split()


SPY = """
import os, socket, sys
from contextlib import contextmanager
from pathlib import Path
from layers.ingest import reader, readers

def tried(work):
    try:
        work()
    except BaseException as error:
        return type(error).__name__
    return "done"

@contextmanager
def opened(path, layer, hints):
    from layers.ingest.table import Table
    {body}
    yield Table("spy", tuple(map(str, found)), lambda: iter(()))

readers.opened = opened
reader.main()
"""


def spied(monkeypatch: pytest.MonkeyPatch, path: Path, body: str) -> tuple[str, ...]:
    """What a reader found that did this instead of reading."""
    monkeypatch.setattr(apart, "PROGRAM", ("-c", SPY.replace("{body}", body.replace("\n", "\n    "))))
    with opened_apart(path) as table:
        return table.headings


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "a.csv"
    path.write_text("code\n1\n")
    return path


def test_it_reads_what_it_was_given_and_writes_to_its_own_folder(
    small: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret, open_house = home / "secret_key", home / "open"
    secret.write_text("s")
    secret.chmod(0o600)
    open_house.mkdir()
    open_house.chmod(0o777)
    landlocked = ctypes.CDLL(None).syscall(444, None, ctypes.c_size_t(0), ctypes.c_uint32(1)) > 0
    found = spied(
        monkeypatch, small,
        f"found = [tried(path.read_bytes), tried(Path('x').touch), tried(Path({str(secret)!r}).read_bytes),"
        f" tried((Path({str(open_house)!r}) / 'x').touch), tried(Path('/proc/{os.getpid()}/environ').read_bytes)]",
    )  # fmt: skip
    assert found[:2] == ("done", "done")
    if os.geteuid() == 0 or landlocked:
        assert found[2] == found[4] == "PermissionError"
    if landlocked:
        assert found[3] == "PermissionError" and list(open_house.iterdir()) == []


@pytest.mark.skipif(os.uname().machine not in ("x86_64", "aarch64"), reason="its system calls have other numbers")
def test_it_starts_nothing_and_speaks_to_nobody(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = spied(
        monkeypatch, small,
        "import threading\n"
        "found = [tried(os.fork), tried(lambda: os.execv('/bin/true', ['true'])), tried(socket.socket),"
        f" tried(lambda: socket.socket(socket.AF_UNIX)), tried(lambda: os.kill({os.getpid()}, 0)), tried(threading.Thread(target=int).start)]",
    )  # fmt: skip
    assert found == ("PermissionError",) * 5 + ("done",)


def test_memory_beyond_the_bound_is_refused_plainly(
    small: Path, monkeypatch: pytest.MonkeyPatch, settings: LazySettings
) -> None:
    settings.IMPORT_READ_BYTES = 300 << 20
    with pytest.raises(ImportRefused, match=r"超过 300 MB 的上限.*more than 300 MB"):
        spied(monkeypatch, small, "found = [len(bytearray(400 << 20))]")
    assert spied(monkeypatch, small, "found = [len(bytearray(100 << 20))]") == (str(100 << 20),)


def test_a_sheet_as_wide_and_deep_as_can_be_is_refused(tmp_path: Path, settings: LazySettings) -> None:
    """16,384 columns by 1,200 rows, a cell in forty filled: the library aborts, and is not asked for reasons."""
    settings.IMPORT_READ_BYTES = 400 << 20
    columns = range(1, 16_385)
    some = dict.fromkeys(columns[::40], "1")
    rows = [workbooks.row(1, dict.fromkeys(columns, "h")), *(workbooks.row(n, some) for n in range(2, 1_201))]
    path = workbooks.write(tmp_path / "wide.xlsx", {"表": [*rows[:1200], workbooks.row(1201, {16_384: "1"})]})
    with pytest.raises(ImportRefused, match=r"超过 400 MB 的上限.*Ctrl\+End"), opened_apart(path):
        pass


def test_many_columns_come_through(tmp_path: Path) -> None:
    heading = {at: f"h{at}" for at in range(1, 16_385)}
    path = workbooks.write(tmp_path / "wide.xlsx", {"表": [workbooks.row(1, heading), workbooks.row(2, {16_384: "z"})]})
    with opened_apart(path) as table:
        (chunk,) = table.chunks()
    assert len(table.headings) == 16_384 and chunk.columns["h16384"].to_pylist() == ["z"]


@pytest.mark.parametrize("body", ["while True: pass", "import time; time.sleep(600)"])
def test_time_beyond_the_bound_is_refused_plainly(
    small: Path, monkeypatch: pytest.MonkeyPatch, settings: LazySettings, body: str
) -> None:
    settings.IMPORT_READ_SECONDS = 2
    with pytest.raises(ImportRefused, match=r"超过 2 秒的上限.*more than 2 seconds"):
        spied(monkeypatch, small, body)


@pytest.mark.parametrize(
    ("number", "words"), [(signal.SIGKILL, "内存"), (signal.SIGSEGV, "无法读取"), (signal.SIGABRT, "无法读取")]
)
def test_a_process_that_dies_in_the_middle_is_a_refusal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals, words: str
) -> None:
    monkeypatch.setattr(apart, "CHUNK_BYTES", 1 << 16)
    with opened_apart(long_file(tmp_path)) as table:
        chunks = table.chunks()
        next(chunks)
        os.kill(reader(), number)
        with pytest.raises(ImportRefused, match=words):
            list(chunks)


def test_a_file_damaged_in_the_middle_is_refused_there(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    codes = pa.array([f"W{n}" for n in range(60_000)])
    pq.write_table(pa.table({"code": codes}), path, row_group_size=20_000, use_dictionary=False, compression="zstd")
    content = bytearray(path.read_bytes())
    at = pq.ParquetFile(path).metadata.row_group(1).column(0).data_page_offset
    content[at : at + 400] = bytes(400)
    path.write_bytes(content)
    with opened_apart(path) as table:
        chunks = table.chunks()
        assert len(next(chunks)) == 20_000
        with pytest.raises(ImportRefused, match="无法读取"):
            list(chunks)


def test_who_takes_no_rows_leaves_no_process(tmp_path: Path) -> None:
    with opened_apart(long_file(tmp_path)) as table:
        assert len(table.headings) == 2 and reader()


FRAME = struct.Struct("<cQ")
HEAD = b'{"format":"csv","headings":["a"],"has_geometry":false,"crs":null,"notes":[],"above":[],"choices":[]}'


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"Hello, world, this is no frame",
        FRAME.pack(b"H", 1 << 60),
        FRAME.pack(b"C", 0),
        FRAME.pack(b"H", 4) + b"null",
        FRAME.pack(b"H", 2) + b"{}",
        FRAME.pack(b"H", 40_000) + b"[" * 40_000,
        FRAME.pack(b"H", 50) + b'{"format":1,"headings":"abc","has_geometry":0,"crs'[:50],
        FRAME.pack(b"E", 15) + b'{"zh":1,"en":2}',
        FRAME.pack(b"H", len(HEAD)) + HEAD,
        FRAME.pack(b"H", len(HEAD)) + HEAD + FRAME.pack(b"H", len(HEAD)) + HEAD,
        FRAME.pack(b"H", len(HEAD)) + HEAD + FRAME.pack(b"C", 1 << 40),
        FRAME.pack(b"H", len(HEAD)) + HEAD + FRAME.pack(b"C", 8) + struct.pack("<Q", 1 << 62),
        FRAME.pack(b"H", len(HEAD)) + HEAD + FRAME.pack(b"C", 88) + struct.pack("<11q", 8, 1 << 50, 0, *[8] * 8),
    ],
)
def test_a_reader_that_was_taken_over_can_only_be_refused(
    small: Path, monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    monkeypatch.setattr(apart, "PROGRAM", ("-c", f"import os; os.write(1, {said!r})"))
    with pytest.raises(ImportRefused), opened_apart(small) as table:
        list(table.chunks())


def test_its_words_are_shown_and_do_nothing(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = b'{"zh":"\\u001b[2Jgone\\u0000' + b"x" * 5_000 + b'","en":"","allowed":["\\u202e"]}'
    monkeypatch.setattr(apart, "PROGRAM", ("-c", f"import os; os.write(1, {FRAME.pack(b'E', len(told)) + told!r})"))
    with pytest.raises(ImportRefused) as caught, opened_apart(small):
        pass
    assert caught.value.zh.startswith("·[2Jgone·x") and len(caught.value.zh) == 1_000
    assert caught.value.allowed == ["·"]


@pytest.mark.parametrize(
    ("at", "value"), [(0, 2), (1, 1), (2, 0), (3, 8), (4, -1), (5, 8), (6, 1 << 40), (7, 2), (8, 4), (9, 2)]
)
def test_a_chunk_whose_sizes_do_not_fit_is_refused(at: int, value: int) -> None:
    out = io.BytesIO()
    wire.send_chunk(out, Chunk(np.arange(1, dtype=np.int64), {"a": pa.array(["xyz"])}), ["a"])
    body = bytearray(out.getvalue()[FRAME.size :])
    assert wire.chunk_of(memoryview(body), ["a"], False).columns["a"].to_pylist() == ["xyz"]
    struct.pack_into("<q", body, 8 * (at + 1), value)
    with pytest.raises(wire.Malformed):
        wire.chunk_of(memoryview(body), ["a"], False)


def test_a_row_that_no_frame_holds_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "MAX_CHUNK_BYTES", 1_000)
    row = Chunk(np.array([7], dtype=np.int64), {"a": pa.array(["x" * 2_000])})
    with pytest.raises(ImportRefused, match="第 7 行过大"):
        wire.send_chunk(io.BytesIO(), row, ["a"])


def test_text_that_is_none_is_refused() -> None:
    with pytest.raises(wire.Malformed):
        wire._as_array(pa.string(), 1, memoryview(b""), memoryview(struct.pack("<2i", 0, 2)), memoryview(b"\xff\xfe"))
    with pytest.raises(wire.Malformed):
        wire._as_array(pa.string(), 1, memoryview(b""), memoryview(struct.pack("<2i", 0, 9)), memoryview(b"ab"))


def test_slices_are_sent_as_what_they_show() -> None:
    whole = Chunk(
        np.arange(9, dtype=np.int64), {"a": pa.array(["x", None, "", "yy", None, "z", "水", "w", None])},
        pa.array([b"1", None, b"", b"22", None, b"3", b"4", b"5", None]), [(3, "r"), (7, "s")],
    )  # fmt: skip
    found = list(wire.pieces(whole, 30))
    assert len(found) > 3
    assert [value for piece in found for value in piece.columns["a"].to_pylist()] == whole.columns["a"].to_pylist()
    assert [one for piece in found for one in piece.ragged] == whole.ragged


@pytest.mark.parametrize("cell", workbooks.FAR)
def test_a_cell_far_out_is_named(tmp_path: Path, cell: str) -> None:
    path = workbooks.far(tmp_path / "far.xlsx", cell)
    assert path.stat().st_size < 2_000
    with pytest.raises(ImportRefused, match=f"工作表“机井”在远处的单元格 {cell} 有内容"), opened_apart(path):
        pass


def test_cells_far_out_in_both_ways_are_both_named(tmp_path: Path) -> None:
    rows = [workbooks.row(1, {1: "code", 2: "name", 16_384: "x"}), workbooks.row(1_048_576, {1: "y"})]
    path = workbooks.write(tmp_path / "a.xlsx", {"a": [workbooks.row(1, {1: "code"})], "b": rows})
    with pytest.raises(ImportRefused, match="工作表“b”在远处的单元格 A1048576 和 XFD1"):
        extent.refuse_far_cells(path, None)
    extent.refuse_far_cells(path, "a")  # the other sheet is not what was asked for


def test_empty_cells_with_a_style_are_not_far_out(tmp_path: Path) -> None:
    """Excel writes them when a whole column was coloured; the reader keeps none of them."""
    styled = '<row r="1048576"><c r="A1048576" s="1"/><c r="XFD1048576" s="1" /></row>'
    path = workbooks.write(
        tmp_path / "a.xlsx", {"a": [workbooks.row(1, {1: "code"}), workbooks.row(2, {1: "W1"}), styled]}
    )
    with opened_apart(path) as table:
        assert all_of(table)["columns"] == {"code": ["W1"]}


def test_what_a_killed_process_left_is_swept_away_and_nothing_else(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left = home / f"{scratch.PREFIX}left"
    left.mkdir()
    (left / "half.csv").touch()
    with scratch.folder(None) as held:
        assert scratch.sweep(None) == 0 and left.exists()  # too young: its maker may be about to lock it
        monkeypatch.setattr(scratch, "_SETTLED_S", -1.0)
        assert scratch.sweep(None) == 1
        assert held.exists() and not left.exists()


def test_a_sweep_takes_nothing_of_others_and_follows_no_link(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scratch, "_SETTLED_S", -1.0)
    kept = [tmp_path / "elsewhere", home / "another-program"]
    if os.geteuid() == 0:
        kept.append(home / f"{scratch.PREFIX}of-another-user")
    for folder in kept:
        folder.mkdir()
        (folder / "file").touch()
    if os.geteuid() == 0:
        os.chown(kept[-1], 65534, 65534)
    (home / f"{scratch.PREFIX}link").symlink_to(kept[0])
    assert scratch.sweep(None) == 0
    assert all((folder / "file").exists() for folder in kept)
    for path in home.iterdir():  # or the fixture would take them for left behind
        path.unlink() if path.is_symlink() else shutil.rmtree(path)


def test_the_process_dies_with_the_one_that_asked(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = (
        "import sys, time; from pathlib import Path; from django.conf import settings;"
        "settings.configure(SERVICE_USER='', IMPORT_READ_BYTES=1 << 30, IMPORT_READ_SECONDS=60);"
        "from layers.ingest.apart import opened_apart\n"
        "with opened_apart(Path(sys.argv[1])):\n print('open', flush=True); time.sleep(600)"
    )
    asking = subprocess.Popen(
        [sys.executable, "-c", code, str(long_file(tmp_path))],
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={"TMPDIR": str(home)},
    )
    assert asking.stdout and asking.stdout.readline() == b"open\n"
    (pid,) = (int(one) for one in Path(f"/proc/{asking.pid}/task/{asking.pid}/children").read_text().split())
    asking.kill()
    asking.wait()
    asking.stdout.close()
    until = time.monotonic() + 30
    while _runs(pid) and time.monotonic() < until:
        time.sleep(0.05)
    assert not _runs(pid)
    monkeypatch.setattr(scratch, "_SETTLED_S", -1.0)
    assert scratch.sweep(None) == 1


def _runs(pid: int) -> bool:
    try:
        return " Z " not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False


def test_a_user_who_cannot_reach_the_program_is_told(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(ImportRefused, match="无法启动读取文件的进程"), opened_apart(small):
        pass


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can hand over")
def test_the_folder_belongs_to_the_readers_user_alone(small: Path, home: Path, settings: LazySettings) -> None:
    with opened_apart(small):
        (folder,) = home.glob(f"{scratch.PREFIX}*")
        assert folder.stat().st_uid == pwd.getpwnam(settings.SERVICE_USER).pw_uid
        assert folder.stat().st_mode & 0o077 == 0
        assert (folder / "given" / small.name).stat().st_uid == 0
