-- Which rules were run over all objects, as which version, in which context.
INSERT INTO layers_rulerun (rule, dataset, version, context, at, seconds)
SELECT one.rule, one.dataset, one.version, one.context::jsonb, now(), one.seconds
FROM unnest(%(rules)s::int[], %(datasets)s::text[], %(versions)s::int[], %(contexts)s::text[], %(seconds)s::float8[])
    AS one(rule, dataset, version, context, seconds)
ON CONFLICT (rule, dataset) DO UPDATE
SET version = EXCLUDED.version, context = EXCLUDED.context, at = EXCLUDED.at, seconds = EXCLUDED.seconds
