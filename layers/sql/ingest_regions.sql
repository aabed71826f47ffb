-- The divisions of an import, each beside the current region and outline of its code.
-- Grain: a row of the file. differs: the region's name or reporting unit is another; redrawn: its outline, or what is
-- said of it, is. The parent is the code's prefix.
CREATE TEMP TABLE {rows} ON COMMIT DROP AS
SELECT n.*,
       (n.region_id IS NOT NULL AND (n.name, n.unit_id) IS DISTINCT FROM (n.old_name, n.old_unit_id)) AS differs,
       (n.boundary_id IS NOT NULL
           AND ((n.source, n.quality) IS DISTINCT FROM (n.old_source, n.old_quality)
               -- Whichever way its rings turn and wherever they begin, an outline is the same.
               OR (n.geom IS DISTINCT FROM n.old_geom
                   AND NOT COALESCE(ST_Normalize(n.geom) = ST_Normalize(n.old_geom), FALSE)))) AS redrawn
FROM (
    SELECT s.{row_no} AS id, s.code, s.name, s.level, s.geom,
           CASE WHEN s.level > 1 THEN left(s.code, (%(digits)s::int[])[s.level]) END AS parent_code,
           {unit_code} AS unit_code,
           {unit} AS unit_id,
           COALESCE({source}, '') AS source,
           COALESCE({quality}, b.quality, %(unsaid)s)::smallint AS quality,
           r.id AS region_id, r.name AS old_name, r.reporting_unit_id AS old_unit_id,
           b.id AS boundary_id, b.geom AS old_geom, b.source AS old_source, b.quality AS old_quality
    FROM {staged} s
    LEFT JOIN layers_region r ON r.code = s.code AND r.valid_to_id IS NULL
    LEFT JOIN layers_boundary b ON b.region_id = r.id AND b.valid_to_id IS NULL
    LEFT JOIN layers_reportingunit u ON u.code = {unit_code}
) n
