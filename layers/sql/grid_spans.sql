-- From which edition to which the rows of a key are the same, all of them: the first of those editions, the span as kept (0: from
-- the first that there is, the last number of all: until today), a row for each time that they are others.
CREATE TEMP TABLE {spans} ON COMMIT DROP AS
WITH told AS (
    SELECT {key}, edition, array_agg(({content}) ORDER BY {content})::text AS content FROM {every} GROUP BY {key}, edition
), every AS (
    SELECT {key}, edition, content
    FROM (SELECT DISTINCT {key} FROM told) k
    CROSS JOIN unnest(%(editions)s::integer[]) AS e (edition)
    LEFT JOIN told USING ({key}, edition)
), begun AS (
    SELECT *, content IS DISTINCT FROM lag(content) OVER (PARTITION BY {key} ORDER BY edition) AS begins FROM every
), runs AS (
    SELECT *, count(*) FILTER (WHERE begins) OVER (PARTITION BY {key} ORDER BY edition) AS run FROM begun
)
SELECT {key}, min(edition) AS edition,
       CASE WHEN min(edition) > %(oldest)s THEN min(edition) ELSE 0 END AS first_edition,
       CASE WHEN max(edition) < %(current)s THEN max(edition) ELSE %(ever)s END AS last_edition
FROM runs
WHERE content IS NOT NULL
GROUP BY {key}, run
