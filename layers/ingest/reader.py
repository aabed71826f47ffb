"""The reading process: `python -m layers.ingest.reader`, started by `layers.ingest.apart` for one file.

It is told by a line on its standard input what to read and within which bounds, puts these on itself, and answers on its
standard output as `layers.ingest.wire` says. It has no settings, no secrets and no database, and needs no network.
"""

from __future__ import annotations

import importlib.abc
import json
import logging
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

from layers.ingest import confine
from layers.ingest.refusal import ImportRefused

# pyogrio and Arrow take these along where they are there, for frames that nobody makes here: half a second, 60 MB.
_NOT_NEEDED = frozenset({"pandas", "geopandas", "shapely", "pyproj"})


class _Absent(importlib.abc.MetaPathFinder):
    """Finds modules to be not there."""

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        if fullname in _NOT_NEEDED:
            raise ModuleNotFoundError(f"{fullname} is not for the reading process", name=fullname)


def main() -> None:
    out = _private_output()
    job = json.loads(sys.stdin.readline())
    confine.die_with(job["parent"])
    confine.bound(job["memory_bytes"], job["seconds"])
    confine.fence([Path(path) for path in job["given"]], Path(job["folder"]))
    sys.meta_path.insert(0, _Absent())
    logging.disable()  # GDAL's remarks on a file are for nobody
    _answer(out, job)
    out.flush()
    os._exit(0)  # nothing is left to be done, and the libraries take their time over it


def _private_output() -> BinaryIO:
    """The pipe to the parent, where no library's word can get between the frames."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return out


def _answer(out: BinaryIO, job: dict[str, Any]) -> None:
    from layers.ingest import said, wire

    end: dict[str, Any] = {}
    try:
        _read(out, job)
    except ImportRefused as refused:
        end = {**said.packed(refused.said), "param": refused.param}
        end["allowed"] = None if refused.allowed is None else [str(word) for word in refused.allowed]
    except MemoryError:
        end = {"out_of": "memory"}
    except BrokenPipeError:
        os._exit(0)
    except BaseException:  # a panic of calamine's is no Exception
        traceback.print_exc()
        end = {"out_of": "luck"}
    wire.send(out, wire.END, end)


def _read(out: BinaryIO, job: dict[str, Any]) -> None:
    from layers.ingest import said, wire
    from layers.ingest.readers import opened
    from layers.ingest.reading import Hints

    with opened(Path(job["path"]), job["layer"], Hints(job["told"], frozenset(job["words"]))) as table:
        _refuse_too_wide(table.headings)
        wire.send(
            out, wire.HEAD,
            {
                "format": table.format, "headings": table.headings, "has_geometry": table.has_geometry,
                "crs": table.crs, "notes": [said.packed(note) for note in table.notes], "above": list(table.above),
                "choices": [
                    {
                        "name": choice.name, "value": choice.value, "why": said.packed(choice.why),
                        "others": list(choice.others), "asks": choice.asks,
                    }
                    for choice in table.choices
                ],
            },
        )  # fmt: skip
        names = list(dict.fromkeys(table.headings))
        for chunk in table.chunks():
            for piece in wire.pieces(chunk, job["chunk_bytes"]):
                wire.send_chunk(out, piece, names)


def _refuse_too_wide(headings: Sequence[str]) -> None:
    from layers.ingest import wire

    if len(headings) > wire.MAX_HEADINGS or sum(map(len, headings)) > wire.MAX_HEADING_CHARACTERS:
        raise ImportRefused("表头的列数或字数过多", "the heading has too many columns, or too long ones")


if __name__ == "__main__":
    main()
