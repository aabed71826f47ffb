"""The settings of an installation, given once at an `up` and kept: `.local/settings.env`, a line a setting.

`python -m geoapp.kept keep` adds what the environment says to what is kept, unless a value cannot be used: then it
says which, and changes nothing. `NAME=` (empty) takes a setting back to its default. `python -m geoapp.kept show`
prints them. The launcher puts kept settings into the environment of what it runs, under what is given anew, so that
everything else reads the environment alone. Standard library only.
"""

import os
import sys
from pathlib import Path

from geoapp import env, serve, state, unread

# Secrets are files of their own; another database and a developer's mode are asked for each time.
NOT_KEPT = frozenset({"DATABASE_URL", "DATABASE_WEB_URL", "DEBUG", "SECRET_KEY", "SHUITU_SECRET_KEY_FILE"})
NAMES = tuple(sorted({*serve.READ_AT_START, "PORT"} - NOT_KEPT))


def path() -> Path:
    return state.state_dir() / "settings.env"


def read() -> dict[str, str]:
    """Name → text of what is kept; lines that say nothing of ours are passed over."""
    lines = (line.partition("=") for line in state.read_private(path()).splitlines())
    return {name: value for name, _, value in lines if name in NAMES and value}


def keep() -> dict[str, str]:
    """Keep what the environment says of `NAMES`; → all that is kept now. `BadSetting` or `ServerTrouble` keep nothing."""
    before = read()
    given = {name: os.environ[name].strip() for name in NAMES if name in os.environ}
    merged = {name: value for name, value in sorted({**before, **given}.items()) if value}
    for name, value in merged.items():
        if not value.isprintable():
            raise env.BadSetting(f"{name}={value!r}: has to be one line of plain text")
    os.environ.update({**given, **merged})
    _check()
    if merged != before:
        state.make_dir(state.state_dir())
        state.write_private(path(), "".join(f"{name}={value}\n" for name, value in merged.items()))
    return merged


def _check() -> None:
    """Read every setting as the server will; whoever reads one knows what it may be."""
    os.environ["SHUITU_SERVING"] = "1"
    import geoapp.serving.conf
    import geoapp.settings  # noqa: F401

    serve.check_address()


def show() -> None:
    for name, value in read().items():
        print(f"setting   {name}={value}")


def main(argv: list[str]) -> int:
    if argv not in (["keep"], ["show"]):
        print("usage: python -m geoapp.kept keep|show", file=sys.stderr)
        return 2
    try:
        if argv == ["keep"]:
            keep()
        else:
            show()
    except (env.BadSetting, serve.ServerTrouble, PermissionError) as error:
        print(f"shuitu: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(unread.run(main, sys.argv[1:]))
