-- What counts elsewhere in the divisions of one edition than in those of another. Two tables:
-- usage_moved: the meters and facilities whose village is another;
-- usage_renamed: the codes whose lineage is another: divisions that only one of the two has, all below them, and all whose
-- reporting unit is another.
CREATE TEMP TABLE usage_moved ON COMMIT DROP AS
WITH noted AS (
    SELECT DISTINCT ON (e.edition, p.kind, p.object_id) e.edition, p.kind, p.object_id, p.code
    FROM (VALUES (%(own)s::integer), (%(other)s::integer)) AS e (edition)
    JOIN layers_pastplace p ON p.edition_id >= e.edition
    ORDER BY e.edition, p.kind, p.object_id, p.edition_id
)
-- Not noted of the later one is as the objects' own rows have it, which no note of the earlier one says.
SELECT kind, object_id
FROM noted GROUP BY kind, object_id HAVING count(*) = 1 OR min(code) <> max(code);

CREATE TEMP TABLE usage_renamed ON COMMIT DROP AS
WITH odd AS (
    SELECT code FROM usage_divisions o FULL JOIN usage_divisions_other t USING (code)
    WHERE o.level IS NULL OR t.level IS NULL OR o.unit IS DISTINCT FROM t.unit
)
SELECT DISTINCT r.code FROM layers_region r
WHERE EXISTS (SELECT FROM odd WHERE odd.code IN (r.code, left(r.code, 9), left(r.code, 6), left(r.code, 4), left(r.code, 2)))
