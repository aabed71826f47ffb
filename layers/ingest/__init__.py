"""Files → rows: read, map columns, bring to EPSG:4490, check, stage, upsert, report.

One core, `layers.ingest.run.run`, serves the command, the admin's upload and the tests.
"""
