"""The audit: a table that is only ever added to, its seals, and the functions that are the only ways in and out.

Here and not in models: who may do what with a row is the whole point, and only the database can hold anybody to it.
"""

from django.db import migrations, models

LINES = """
CREATE TABLE audit_line (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    act smallint NOT NULL CHECK (act > 0),
    result smallint NOT NULL CHECK (result BETWEEN 1 AND 3),
    account_id bigint,
    account text NOT NULL CHECK (length(account) <= 150),
    address text NOT NULL CHECK (length(address) <= 45),
    channel smallint NOT NULL CHECK (channel > 0),
    request_id text NOT NULL CHECK (length(request_id) <= 64),
    errand text NOT NULL CHECK (length(errand) <= 60),
    question text NOT NULL CHECK (length(question) <= 1000),
    object text NOT NULL CHECK (length(object) <= 200),
    rows bigint,
    detail jsonb NOT NULL CHECK (length(detail::text) <= 8000)
);
CREATE INDEX audit_line_at ON audit_line (at, id) INCLUDE (act, result);
CREATE INDEX audit_line_account ON audit_line (account, at, id);
CREATE INDEX audit_line_act ON audit_line (act, at, id);
CREATE INDEX audit_line_address ON audit_line (address, at, id);
CREATE INDEX audit_line_channel ON audit_line (channel, at, id);
CREATE INDEX audit_line_object ON audit_line (object, at, id) WHERE object <> '';
CREATE INDEX audit_line_errand ON audit_line (errand, at, id) WHERE errand <> '';
CREATE INDEX audit_line_bad ON audit_line (result, at, id) WHERE result <> 1;

CREATE TABLE audit_seal (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    begins timestamptz NOT NULL,
    ends timestamptz NOT NULL UNIQUE CHECK (ends > begins),
    count bigint NOT NULL,
    digest text NOT NULL,
    chained text NOT NULL,
    at timestamptz NOT NULL
);
CREATE TABLE audit_sweep (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    before timestamptz NOT NULL,
    removed bigint NOT NULL,
    at timestamptz NOT NULL
);
"""
LINES_GONE = "DROP TABLE audit_sweep; DROP TABLE audit_seal; DROP TABLE audit_line"

# A statement is refused before it has looked for a row: one that would find none is as much an attempt. The sweep is known by standing
# behind the statement: a setting that lets pass could be set by whoever wants to pass.
KEPT = r"""
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE stack text;
BEGIN
    IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'audit_line' THEN
        GET DIAGNOSTICS stack = PG_CONTEXT;
        IF stack ~ '(?n)^PL/pgSQL function (public\.)?audit_sweep\(timestamp with time zone\) line \d+ at SQL statement$' THEN
            RETURN NULL;
        END IF;
    END IF;
    RAISE EXCEPTION 'the audit is only ever added to: % of % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_line_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_line FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_seal_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_seal FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_sweep_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_sweep FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
"""
KEPT_GONE = """
DROP TRIGGER audit_sweep_kept ON audit_sweep; DROP TRIGGER audit_seal_kept ON audit_seal; DROP TRIGGER audit_line_kept ON audit_line;
DROP FUNCTION audit_refuse()
"""

# The time is the database's own: nobody writes into the past.
WRITE = """
CREATE FUNCTION audit_write(
    act smallint, result smallint, account_id bigint, account text, address text, channel smallint, request_id text, errand text,
    question text, object text, rows bigint, detail jsonb
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO public.audit_line
        (at, act, result, account_id, account, address, channel, request_id, errand, question, object, rows, detail)
    VALUES (clock_timestamp(), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12);
END $$;
REVOKE ALL ON FUNCTION
    audit_write(smallint, smallint, bigint, text, text, smallint, text, text, text, text, bigint, jsonb) FROM PUBLIC;
"""
WRITE_GONE = (
    "DROP FUNCTION audit_write(smallint, smallint, bigint, text, text, smallint, text, text, text, text, bigint, jsonb)"
)

# Columns by name and times in one zone and form, so that a digest is the same in whatever session it is computed.
SEAL = """
CREATE FUNCTION audit_digest(begins timestamptz, ends timestamptz, OUT lines bigint, OUT digest text)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO, YMD' AS $$
    SELECT count(*), encode(sha256(COALESCE(string_agg(sha256(convert_to(
        ROW(id, at, act, result, account_id, account, address, channel, request_id, errand, question, object, rows, detail)::text, 'UTF8'
    )), ''::bytea ORDER BY id), ''::bytea)), 'hex')
    FROM public.audit_line WHERE at >= $1 AND at < $2
$$;
CREATE FUNCTION audit_chained(before text, begins timestamptz, ends timestamptz, lines bigint, digest text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO, YMD' AS $$
    SELECT encode(sha256(convert_to(concat_ws(' ', $1, $2, $3, $4, $5), 'UTF8')), 'hex')
$$;
CREATE FUNCTION audit_seal(begins timestamptz, ends timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    last public.audit_seal;
    found record;
    told text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('shuitu audit seal'));
    SELECT * INTO last FROM public.audit_seal ORDER BY id DESC LIMIT 1;
    IF last.ends IS NOT NULL AND last.ends >= $2 THEN
        RETURN NULL;  -- another was faster
    END IF;
    IF $2 > clock_timestamp() - interval '6 hours' THEN
        RAISE EXCEPTION 'a day is sealed six hours after its end' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF last.ends IS NOT NULL AND last.ends <> $1 THEN
        RAISE EXCEPTION 'seals leave no gap: the next begins at %', last.ends USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT * INTO found FROM public.audit_digest($1, $2);
    told := public.audit_chained(COALESCE(last.chained, ''), $1, $2, found.lines, found.digest);
    INSERT INTO public.audit_seal (begins, ends, count, digest, chained, at)
    VALUES ($1, $2, found.lines, found.digest, told, clock_timestamp());
    RETURN told;
END $$;
REVOKE ALL ON FUNCTION audit_digest(timestamptz, timestamptz) FROM PUBLIC;
REVOKE ALL ON FUNCTION audit_seal(timestamptz, timestamptz) FROM PUBLIC;
"""
SEAL_GONE = """
DROP FUNCTION audit_seal(timestamptz, timestamptz);
DROP FUNCTION audit_chained(text, timestamptz, timestamptz, bigint, text);
DROP FUNCTION audit_digest(timestamptz, timestamptz)
"""

SWEEP = """
CREATE FUNCTION audit_sweep(before timestamptz) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE removed bigint;
BEGIN
    IF before > clock_timestamp() - interval '6 months' THEN
        RAISE EXCEPTION 'the audit is kept for six months at least' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    DELETE FROM public.audit_line WHERE at < before;
    GET DIAGNOSTICS removed = ROW_COUNT;
    INSERT INTO public.audit_sweep (before, removed, at) VALUES (before, removed, clock_timestamp());
    RETURN removed;
END $$;
REVOKE ALL ON FUNCTION audit_sweep(timestamptz) FROM PUBLIC;
"""
SWEEP_GONE = "DROP FUNCTION audit_sweep(timestamptz)"

# All that a role needs which serves the web and owns nothing: to add a line, to seal a day that is over, and to read. Whoever makes
# such a role calls this once; one of the usual name that is there already is given it now.
GRANT = """
CREATE FUNCTION audit_grant(web name) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    EXECUTE format('REVOKE ALL ON public.audit_line, public.audit_seal, public.audit_sweep FROM %I', web);
    EXECUTE format('GRANT SELECT ON public.audit_line, public.audit_seal, public.audit_sweep TO %I', web);
    EXECUTE format('REVOKE ALL ON FUNCTION public.audit_sweep(timestamptz) FROM %I', web);
    EXECUTE format('GRANT EXECUTE ON FUNCTION public.audit_write(smallint, smallint, bigint, text, text, smallint, text, text, text, text,'
        ' bigint, jsonb), public.audit_digest(timestamptz, timestamptz), public.audit_seal(timestamptz, timestamptz) TO %I', web);
END $$;
REVOKE ALL ON FUNCTION audit_grant(name) FROM PUBLIC;
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'shuitu_web') THEN
        PERFORM public.audit_grant('shuitu_web');
    END IF;
END $$;
"""
GRANT_GONE = "DROP FUNCTION audit_grant(name)"


def _unmanaged(name: str, **options: object) -> migrations.CreateModel:
    return migrations.CreateModel(
        name=name,
        fields=[("id", models.BigIntegerField(primary_key=True, serialize=False))],
        options={"managed": False, "default_permissions": (), **options},
    )


class Migration(migrations.Migration):
    dependencies = [
        ("contenttypes", "0002_remove_content_type_name"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.RunSQL(LINES, LINES_GONE),
        migrations.RunSQL(KEPT, KEPT_GONE),
        migrations.RunSQL(WRITE, WRITE_GONE),
        migrations.RunSQL(SEAL, SEAL_GONE),
        migrations.RunSQL(SWEEP, SWEEP_GONE),
        migrations.RunSQL(GRANT, GRANT_GONE),
        _unmanaged(
            "Line", db_table="audit_line", verbose_name="审计", verbose_name_plural="审计",
            permissions=[("read_audit", "查看审计 / Read the audit")],
        ),
        _unmanaged("Seal", db_table="audit_seal"),
        _unmanaged("Sweep", db_table="audit_sweep"),
    ]  # fmt: skip
