(
    -- Divisions of any time with their township of an edition that is over: a village's, and of a township the one of its code.
    SELECT o.id, o.code, o.level, o.valid_from_id, o.valid_to_id, t.id AS township_id, t.id AS parent_id
    FROM layers_region o
    LEFT JOIN layers_region t ON t.code = left(o.code, 9) AND t.level = 3 AND {here_t}
)
