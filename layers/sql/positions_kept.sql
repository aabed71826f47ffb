-- Staged rows of a file without outlines take those that are known of their codes.
UPDATE {staged} s
SET {geom} = known.geom
FROM {known} known
WHERE known.code = s.code
