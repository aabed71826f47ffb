"""What a command does when nobody reads it any more: `./shuitu status | head -1` ends, and tells no traceback. Standard library only."""

import os
import select
import signal
import sys
from collections.abc import Callable
from typing import Any

UNREAD = 128 + signal.SIGPIPE  # as a shell tells of a command that the signal ended


def run(command: Callable[..., Any], *words: Any) -> Any:
    """What a command answers; `UNREAD` where its output's reader has gone. Another pipe that broke is its own trouble."""
    try:
        done = command(*words)
        sys.stdout.flush()
    except BrokenPipeError:
        if not _has_no_reader():
            raise
        # What is still in the buffer would break once more while the interpreter ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return UNREAD
    return done


def _has_no_reader() -> bool:
    poll = select.poll()
    poll.register(sys.stdout.fileno(), 0)
    return any(event & select.POLLERR for _, event in poll.poll(0))
