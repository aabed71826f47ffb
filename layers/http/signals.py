"""What answers tell of themselves, to whoever listens: the project's audit does."""

from __future__ import annotations

from django.dispatch import Signal

# request, layer (its id), format (its key), rows (a function that says how many there are in it), whole (all of it was handed over, and
# not a range or a part). Of a stream it is sent when that has ended.
exported = Signal()
# request, layers (their ids), rows (objects that were told, or None): the answer gives personal fields under a right of the asker's.
personal_told = Signal()
