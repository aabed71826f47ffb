-- The months of a table, in order: a walk over an index that leads with the month, not over the rows. Months are few.
WITH RECURSIVE walk AS (
    (SELECT month FROM {table} ORDER BY month LIMIT 1)
    UNION ALL
    SELECT (SELECT month FROM {table} WHERE month > walk.month ORDER BY month LIMIT 1)
    FROM walk
    WHERE walk.month IS NOT NULL
)
SELECT month FROM walk WHERE month IS NOT NULL ORDER BY month
