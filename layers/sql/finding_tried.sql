-- What a rule would add, and what it would take away.
SELECT (SELECT count(*) FROM quality_found n WHERE NOT EXISTS (SELECT FROM layers_finding f WHERE f.code = n.code AND f.standing)),
       (SELECT count(*) FROM layers_finding f WHERE f.standing AND f.rule = %(rule)s AND f.dataset = %(dataset)s
        AND NOT EXISTS (SELECT FROM quality_found n WHERE n.code = f.code))
