-- The places whose water goes elsewhere than is kept, and these written anew. Grain: as layers_gridplace.
CREATE TEMP TABLE grid_places_changed ON COMMIT DROP AS
SELECT DISTINCT kind, place_id AS id
FROM (
    SELECT p.*, COALESCE(p.until, 'infinity') AS held_until FROM layers_gridplace p {among} WHERE p.size = %(size)s
) old
FULL JOIN (
    SELECT kind, id AS place_id, rule, unit_id, share_kind, share_id, gap, since, first_edition, last_edition,
           COALESCE(until, 'infinity') AS held_until
    FROM grid_places
) new USING (kind, place_id, held_until, last_edition)
WHERE (old.rule, old.unit_id, old.share_kind, old.share_id, old.gap, old.since, old.first_edition)
    IS DISTINCT FROM (new.rule, new.unit_id, new.share_kind, new.share_id, new.gap, new.since, new.first_edition)
    OR old.id IS NULL;

DELETE FROM layers_gridplace p
USING grid_places_changed c
WHERE p.size = %(size)s AND p.kind = c.kind AND p.place_id = c.id;

INSERT INTO layers_gridplace (size, kind, place_id, rule, unit_id, share_kind, share_id, gap, since, until, first_edition,
                              last_edition)
SELECT %(size)s, n.kind, n.id, n.rule, n.unit_id, n.share_kind, n.share_id, n.gap, n.since, n.until, n.first_edition,
       n.last_edition
FROM grid_places n
JOIN grid_places_changed c USING (kind, id)
ORDER BY 2, 3
