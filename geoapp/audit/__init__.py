"""The audit: who did what, when, from where, asking what, how many rows, and whether it came about. Lines are written and never changed.

`write` is for an act inside its own transaction: it comes and goes with it. `attempt` stands around an act that may be refused or break
off. `after` is for what is told once the answer is there: of reads, which happen in transactions that write nothing. Who and where
is known from the request (`who`), or told by the worker that does what somebody asked for earlier (`who.on_behalf`).
"""

from geoapp.audit.who import on_behalf
from geoapp.audit.writing import after, attempt, write

__all__ = ["after", "attempt", "on_behalf", "write"]
