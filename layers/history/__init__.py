"""What objects were before releases changed them, kept so that a release can be looked at from either end, and taken back.

The grain is one object and one release that ended a state of it (`FormerState`). What a release made new, or did not touch,
costs nothing. Whoever writes rows of a dataset says so before: `keep.changed`, `keep.deleted`.
"""
