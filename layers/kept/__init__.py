"""The one room for all that is kept, in memory and on disk, so that it need not be made again.

- `memory.Memory` keeps answers in one process: bounded, by data version and fingerprint (`Stamp`), each made by one maker.
- `files.KeptFiles` keeps files for all processes of the machine: bounded, whole, the ones used longest ago go first.
- `seals` tells what is on disk from what was written there; what is wrong is deleted and made anew.
- `whole` writes a file so that it is there whole or not at all, also after a power cut.

Nothing here knows HTTP, or what it keeps. Losing any of it costs time and nothing else.
"""
