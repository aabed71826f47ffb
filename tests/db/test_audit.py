"""The audit in the database: only ever added to, whoever asks; sealed by the day; let go of by the sweep alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from geoapp import audit
from geoapp.audit import seals
from geoapp.audit.models import Line, Seal, Sweep
from geoapp.audit.who import Who, as_who
from layers.errors import BadParameter
from tests.audit_lines import Lines

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines(db: None) -> Lines:
    return Lines()


def run(statement: str, *params: Any) -> Any:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall() if cursor.description else cursor.rowcount


def written_on(day: date, number: int = 3) -> None:
    """Lines of a day that is over, as no function writes them: the tests' role owns the table."""
    at = timezone.make_aware(datetime(day.year, day.month, day.day, 9))
    for count in range(number):
        run(
            "INSERT INTO audit_line (at, act, result, account, address, channel, request_id, errand, question, object, rows, detail)"
            " VALUES (%s, 1, 1, 'old', '192.0.2.1', 1, '', '', '', 'x', %s, '{}')",
            at + timedelta(minutes=count), count,
        )  # fmt: skip


@pytest.fixture
def unprotected() -> Iterator[Any]:
    """What only a superuser or the owner can do, and has to be found afterwards."""

    def change(statement: str, *params: Any) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("ALTER TABLE audit_line DISABLE TRIGGER USER; ALTER TABLE audit_seal DISABLE TRIGGER USER")
            cursor.execute(statement, params)
            cursor.execute("ALTER TABLE audit_line ENABLE TRIGGER USER; ALTER TABLE audit_seal ENABLE TRIGGER USER")

    yield change


# One line


def test_a_line_says_who_when_where_what_and_how_many(lines: Lines) -> None:
    before = timezone.now()
    who = Who(7, "王\n小明", "2001:db8::1", "api", "r1", "GET /x?a=1", "file:1")
    audit.write("export", object="well\x00", rows=12, detail={"format": "csv", "n": [1, None, True]}, by=who)
    line = lines.one().line
    assert (line.account_id, line.account, line.address, line.request_id) == (7, "王 小明", "2001:db8::1", "r1")
    assert (line.object, line.rows, line.question, line.errand) == ("well\ufffd", 12, "GET /x?a=1", "file:1")
    assert line.detail == {"format": "csv", "n": [1, None, True]}
    assert before <= line.at <= timezone.now()


def test_no_act_fails_for_the_length_of_its_line(lines: Lines) -> None:
    long = "长" * 20_000
    audit.write(
        "edit",
        object=long,
        detail={long: long, "list": [long] * 90, "ok": 1},
        by=Who(1, long, long, "page"),
        errand=long,
    )
    line = lines.one().line
    assert (len(line.object), len(line.account), len(line.address), len(line.errand)) == (200, 150, 45, 60)
    assert line.detail["cut"] and line.detail["ok"] == 1


def test_of_a_command_the_user_of_the_machine_is_told(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["manage.py", "report", "--password", "geheim"])
    monkeypatch.setattr("getpass.getuser", lambda: "ops")
    audit.write("report_made")
    line = lines.one().line
    assert (line.account, line.question, line.address) == ("command:ops", "manage.py report", "")


def test_it_costs_one_statement(lines: Lines, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        audit.write("edit", by=Who(1, "a", "192.0.2.1", "page"))


# With the act, and without it


def test_a_line_comes_and_goes_with_its_act(lines: Lines) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        audit.write("edit")
        raise ZeroDivisionError
    assert lines.new() == []


@pytest.mark.parametrize(
    ("error", "result", "why"),
    [
        (BadParameter("no such thing"), "refused", {"why": {"en": "no such thing"}}),
        (ZeroDivisionError("secret of the data"), "failed", {"error": "ZeroDivisionError"}),
    ],
)
def test_of_an_act_that_is_rolled_back_a_line_stays(
    lines: Lines, error: Exception, result: str, why: dict[str, Any]
) -> None:
    with pytest.raises(type(error)), audit.attempt("edit", object="well", n=1), transaction.atomic():
        audit.write("edit", object="well")
        raise error
    told = lines.one()
    assert (told.what, told.object, told.line.detail) == (("edit", result), "well", {"n": 1, **why})


def test_a_worker_acts_for_whoever_asked_and_from_where(lines: Lines) -> None:
    audit.write("import_asked", by=Who(5, "clerk", "192.0.2.9", "desk", "r9", "POST /desk/"), errand="file:77")
    with audit.on_behalf("file:77", 5, "clerk", "desk"):
        audit.write("import_checked")
    told = lines.new("import_checked")[0]
    assert (told.account, told.address, told.channel, told.line.request_id, told.line.errand) == (
        "clerk", "192.0.2.9", "desk", "r9", "file:77",
    )  # fmt: skip
    with audit.on_behalf("file:78", 6, "other", "desk"):
        audit.write("import_refused")
    assert (lines.new("import_refused")[0].account, lines.new("import_refused")[0].address) == ("other", "")


# Never changed


@pytest.mark.parametrize("table", ["audit_line", "audit_seal", "audit_sweep"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = DEFAULT", "UPDATE {} SET at = now() WHERE false", "DELETE FROM {}", "DELETE FROM {} WHERE false", "TRUNCATE {}"])  # fmt: skip
def test_the_owner_cannot_change_or_delete_a_row(table: str, statement: str) -> None:
    audit.write("edit")
    with pytest.raises(DatabaseError, match="only ever added to"):
        run(statement.format(table))
    assert Line.objects.exists()


def test_nobody_passes_by_calling_himself_the_sweep(lines: Lines) -> None:
    audit.write("edit")
    with pytest.raises(DatabaseError, match="only ever added to"):
        run(
            "DO $$ BEGIN EXECUTE 'DELETE FROM audit_line -- PL/pgSQL function audit_sweep(timestamp with time zone) line 8 at SQL statement'; END $$"
        )
    run(
        "CREATE FUNCTION pg_temp.audit_sweep(before timestamptz) RETURNS void LANGUAGE plpgsql AS 'BEGIN DELETE FROM public.audit_line; END'"
    )
    with pytest.raises(DatabaseError, match="only ever added to"):
        run("SELECT pg_temp.audit_sweep(now())")
    assert len(lines.new()) == 1


def test_what_the_web_is_granted_is_to_add_to_seal_and_to_read() -> None:
    """Of a role that every database has, as the tests' own may make none."""
    role = "pg_monitor"

    def may(kind: str, of: str, what: str) -> bool:
        return bool(run(f"SELECT has_{kind}_privilege(%s, %s, %s)", role, of, what)[0][0])

    every = run(
        "SELECT oid::regprocedure::text FROM pg_proc WHERE proname LIKE 'audit%%' AND prorettype <> 'trigger'::regtype"
    )
    functions = {name.partition("(")[0]: name for (name,) in every}
    assert sorted(functions) == [
        "audit_chained",
        "audit_digest",
        "audit_grant",
        "audit_seal",
        "audit_sweep",
        "audit_write",
    ]
    before = {name for name, whole in functions.items() if may("function", whole, "EXECUTE")}
    assert before == {"audit_chained"}, "which reads nothing"
    call_command("audit", "--grant", role)
    after = {name for name, whole in functions.items() if may("function", whole, "EXECUTE")}
    assert after - before == {"audit_write", "audit_digest", "audit_seal"}
    for table in ("audit_line", "audit_seal", "audit_sweep"):
        rights = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
        assert [right for right in rights if may("table", table, right)] == ["SELECT"]


@pytest.fixture
def web(db: None) -> Iterator[str]:
    """A role that serves the web and owns nothing, as far as this test's role may make one."""
    name = "shuitu_audit_test_web"
    if run("SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user") != [(True,)]:
        pytest.skip("this database's role may make no other")
    run(f"CREATE ROLE {name}")
    call_command("audit", "--grant", name)
    yield name


def test_a_role_that_owns_nothing_adds_lines_and_can_do_nothing_else_to_them(web: str, lines: Lines) -> None:
    run(f"SET LOCAL ROLE {web}; SELECT 1")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {web}")
        audit.write("edit", object="by the web")
        assert lines.new()[-1].object == "by the web"
        cursor.execute("RESET ROLE")
    for statement in (
        "INSERT INTO audit_line (at, act, result, account, address, channel, request_id, errand, question, object, detail)"
        " VALUES ('2001-01-01', 1, 1, '', '', 1, '', '', '', '', '{}')",
        "DELETE FROM audit_line", "UPDATE audit_line SET rows = 1", "TRUNCATE audit_line", "DELETE FROM audit_seal",
        "ALTER TABLE audit_line DISABLE TRIGGER USER", "SELECT audit_sweep('2001-01-01')", "SELECT audit_grant('postgres')",
        "DROP TABLE audit_line",
    ):  # fmt: skip
        with pytest.raises(DatabaseError, match=r"permission denied|must be owner|only ever added"), transaction.atomic(), connection.cursor() as cursor:  # fmt: skip
            cursor.execute(f"SET LOCAL ROLE {web}")
            cursor.execute(statement)


def test_a_temporary_table_of_the_same_name_catches_no_line(lines: Lines) -> None:
    run("CREATE TEMP TABLE audit_line (LIKE public.audit_line)")
    audit.write("edit")
    assert run("SELECT count(*) FROM pg_temp.audit_line") == [(0,)]
    run("DROP TABLE pg_temp.audit_line")
    assert len(lines.new()) == 1


# Sealed days


def days_ago(days: int) -> date:
    return timezone.localdate() - timedelta(days=days)


@pytest.fixture
def sealed(db: None) -> list[date]:
    """Three days with lines, sealed, and whatever lies between."""
    assert not Line.objects.filter(at__lt=timezone.now() - timedelta(days=1)).exists(), "a database of other tests"
    days = [days_ago(9), days_ago(5), days_ago(3)]
    for day in days:
        written_on(day)
    made = seals.seal()
    assert [day for day, _ in made][:1] == days[:1] and len(made) >= 7
    return days


def faults() -> list[tuple[date, str]]:
    return [(fault.day, fault.why.en) for fault in seals.verify()]


def test_what_was_not_touched_is_as_it_was_sealed(sealed: list[date], capsys: pytest.CaptureFixture[str]) -> None:
    assert faults() == []
    assert seals.seal() == []
    assert not Seal.objects.filter(ends__gt=timezone.now() - seals.AFTER).exists(), "a day that is not over"
    with transaction.atomic(), connection.cursor() as cursor:  # another session's zone and form of dates
        cursor.execute("SET LOCAL timezone = 'America/New_York'; SET LOCAL datestyle = 'German'")
        cursor.execute("SELECT count(*) FROM audit_seal s, audit_digest(s.begins, s.ends) d WHERE d.digest <> s.digest")
        assert cursor.fetchone() == (0,)
        cursor.execute("RESET timezone; RESET datestyle")
    call_command("audit", "--verify")
    assert "封存无误" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE audit_line SET account = 'nobody' WHERE id = (SELECT max(id) FROM audit_line WHERE at < %s)", "a line was changed"),
        ("UPDATE audit_line SET detail = '{\"x\": 1}' WHERE id = (SELECT max(id) FROM audit_line WHERE at < %s)", "a line was changed"),
        ("DELETE FROM audit_line WHERE id = (SELECT max(id) FROM audit_line WHERE at < %s)", "sealed with 3 lines; there are 2"),
        ("INSERT INTO audit_line (at, act, result, account, address, channel, request_id, errand, question, object, detail)"
         " VALUES (%s::timestamptz - interval '1 day', 1, 1, 'late', '', 1, '', '', '', '', '{}')", "sealed with 3 lines; there are 4"),
    ],
)  # fmt: skip
def test_what_a_superuser_changed_is_found(sealed: list[date], unprotected: Any, statement: str, said: str) -> None:
    unprotected(
        statement,
        seals.midnight(sealed[1] + timedelta(days=1))
        - timedelta(hours=0 if "DELETE" in statement or "UPDATE" in statement else -14),
    )
    assert faults() == [(sealed[1], said)]
    with pytest.raises(CommandError, match="1 处与封存时不同"):
        call_command("audit", "--verify")


def test_a_seal_that_was_made_anew_breaks_those_behind_it(sealed: list[date], unprotected: Any, capsys: Any) -> None:
    one = Seal.objects.get(begins=seals.midnight(sealed[1]))
    unprotected("UPDATE audit_line SET account = 'nobody' WHERE at >= %s AND at < %s", one.begins, one.ends)
    digest = run("SELECT digest FROM audit_digest(%s, %s)", one.begins, one.ends)[0][0]
    before = Seal.objects.get(ends=one.begins).chained
    chained = run("SELECT audit_chained(%s, %s, %s, %s, %s)", before, one.begins, one.ends, one.count, digest)[0][0]
    kept = (sealed[1], one.chained)
    unprotected("UPDATE audit_seal SET digest = %s, chained = %s WHERE id = %s", digest, chained, one.pk)
    assert [why for _, why in faults()] == ["the seal itself was changed"]
    with pytest.raises(CommandError):
        call_command("audit", "--verify", "--known", f"{kept[0]}={kept[1]}")
    assert "与另存的封存值不同" in capsys.readouterr().out


def test_a_day_is_sealed_once_in_order_and_not_before_its_time(sealed: list[date]) -> None:
    last = Seal.objects.order_by("-id")[0]
    assert run("SELECT audit_seal(%s, %s)", last.begins, last.ends) == [(None,)]
    with pytest.raises(DatabaseError, match="six hours"):
        run("SELECT audit_seal(%s, %s)", last.ends, timezone.now())
    with pytest.raises(DatabaseError, match=r"no gap|six hours"):
        run("SELECT audit_seal(%s, %s)", last.ends + timedelta(days=1), last.ends + timedelta(days=2))


# The sweep


def test_the_sweep_lets_go_of_what_is_old_and_says_so(lines: Lines, capsys: pytest.CaptureFixture[str]) -> None:
    old, young = days_ago(400), days_ago(150)
    written_on(old, 4)
    written_on(young, 2)
    call_command("audit", "--sweep", "--keep-months", "6")
    assert not Line.objects.filter(at__date__lte=old).exists()
    assert Line.objects.filter(at__date=young).count() == 2
    told = lines.one("audit_swept")
    assert (told.what, told.rows, told.line.detail["months"]) == (("audit_swept", "done"), 4, 6)
    assert Sweep.objects.latest("id").removed == 4
    assert faults() == [], "days that were let go of are no fault"
    call_command("audit", "--sweep", "--keep-months", "6")
    assert lines.new() == [] and "没有早于" in capsys.readouterr().out


def test_less_than_six_months_are_not_let_go_of() -> None:
    written_on(days_ago(100))
    with pytest.raises(CommandError, match="至少保留 6 个月"):
        call_command("audit", "--sweep", "--keep-months", "5")
    with pytest.raises(DatabaseError, match="six months"):
        run("SELECT audit_sweep(now() - interval '5 months')")
    assert Line.objects.filter(account="old").count() == 3


def test_what_acts_as_somebody_is_over_when_it_ends(lines: Lines) -> None:
    with as_who(Who(1, "a", "192.0.2.1", "page")):
        audit.write("edit")
    audit.write("edit")
    assert [one.account == "a" for one in lines.new()] == [True, False]
