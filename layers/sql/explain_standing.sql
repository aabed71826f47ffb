-- The objects of a table that count in the regions (inside), as today has it, with the months from which they stand there.
SELECT {columns}, o.stands_since AS since, NULL::date AS until FROM {table} o JOIN inside i ON i.id = o.counted_region
