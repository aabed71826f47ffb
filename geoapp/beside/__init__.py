"""Work of seconds of the processor that somebody waits for, done in a process beside the web's own.

A web process has one lock of Python's for all who read from it: whoever computes in it makes every other wait. So what is
read of the database is read there, and what is made of it in the process beside it, which yields to all others.

`done` is all that is asked for; `helper` is the process as seen from here, `program` what runs in it, `wire` how they speak.
"""

from geoapp.beside.errors import Failed, Interrupted, Occupied
from geoapp.beside.helper import done

__all__ = ["Failed", "Interrupted", "Occupied", "done"]
