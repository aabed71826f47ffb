"""The record: an append-only log of what was permitted, released and signed, which nobody can rewrite without being found out.

- `tree`, `tiles`, `notes`: the published formats (RFC 9162, C2SP tlog-tiles, tlog-checkpoint, signed-note, tlog-cosignature), pure;
- `leaves`, `kinds`: what an entry says, and of what there are entries;
- `append`: an act is entered in its own transaction; `integrate`: what was committed becomes tiles and a signed checkpoint;
- `verify`: everything computed anew, and held to the tables as they are now and to what others have kept.
"""
