-- The objects of a table that count in the regions (inside), as today has it.
SELECT o.* FROM {table} o JOIN inside i ON i.id = o.counted_region
