"""The state directory (`.local/`): where a checkout keeps what it makes, and the secrets of its first start.

`python -m geoapp.state secrets` makes the missing secrets and tells where they are, never what they are.
Standard library only: settings and the launcher read it before anything else is there.
"""

import json
import os
import secrets
import sys
from pathlib import Path
from typing import Any

BASE_DIR = Path(__file__).resolve().parent.parent
SECRETS = {"secret_key": 50, "admin_password": 12}  # file name → bytes of randomness


def state_dir() -> Path:
    """`SHUITU_STATE`, or `.local` in the checkout; absolute, not necessarily there yet."""
    return Path(os.environ.get("SHUITU_STATE") or BASE_DIR / ".local").absolute()


def make_dir(path: Path, mode: int = 0o755) -> Path:
    """The directory, made if missing, with exactly this mode whatever the umask."""
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(mode)
    return path


def read_private(path: Path) -> str:
    """The text of a small file, stripped; empty when it is not there."""
    try:
        return path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read (0600), whole or not at all."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def read_json(path: Path) -> dict[str, Any]:
    """The object in a small JSON file; empty when the file is missing or cut short."""
    try:
        found = json.loads(read_private(path) or "{}")
    except json.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def ensure_secrets() -> list[Path]:
    """Make the secrets that are missing; → the paths of those made now."""
    folder = make_dir(state_dir())
    made = []
    for name, size in SECRETS.items():
        path = folder / name
        if not read_private(path):
            write_private(path, secrets.token_urlsafe(size) + "\n")
            made.append(path)
    return made


def main(argv: list[str]) -> int:
    if argv != ["secrets"]:
        print("usage: python -m geoapp.state secrets", file=sys.stderr)
        return 2
    for path in ensure_secrets():
        print(f"    made {path} (readable by its owner only)")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
