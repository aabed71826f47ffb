-- (table, geometry column) whose generated columns are measured in the plane, those of an installation's own kinds among them:
-- to write the geometry again is to measure again.
SELECT DISTINCT g.attrelid::regclass::text, s.attname
FROM pg_attribute g
JOIN pg_attrdef d ON d.adrelid = g.attrelid AND d.adnum = g.attnum
JOIN pg_depend u ON u.classid = 'pg_attrdef'::regclass AND u.objid = d.oid AND u.refobjid = g.attrelid
    AND u.refobjsubid <> g.attnum
JOIN pg_attribute s ON s.attrelid = u.refobjid AND s.attnum = u.refobjsubid
WHERE g.attgenerated = 's' AND pg_get_expr(d.adbin, d.adrelid) ~ 'layers_(plane|near)\('
ORDER BY 1
