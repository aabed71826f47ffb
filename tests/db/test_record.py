"""The record: every act is entered with what it did, and what is changed past it is found and named."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from geoapp.reports.official import states
from layers.ingest.undo import undo
from layers.models import AbstractionPermit, FormerState, Release
from layers.record import append, integrate, leaves, tree
from layers.record.files import Folder
from layers.record.kept import KeptLog
from layers.record.leaves import Leaf
from layers.record.models import RecordEntry, Salt
from layers.record.notes import Checkpoint, SignedNote
from layers.record.verify import verify
from tests import factories as make
from tests import official_city as signed
from tests.city import ROOT
from tests.db.ingest_files import csv, load, small_city
from tests.report_city import make_city

pytestmark = pytest.mark.django_db

PERMITS = """
    code,holder_code,holder_name,permitted_m3_per_year,valid_from,region
    P1,H1,甲公司,1000,2019-01-01,110101
    P2,H2,乙公司,2000.5,2019-01-01,110101
    P3,H1,甲公司,30,2020-01-01,
"""
WITNESS = ROOT / "deploy" / "witness" / "shuitu_witness.py"


@pytest.fixture
def permits(tmp_path: Path) -> Callable[..., Any]:
    """Imports permits, after a small city."""
    small_city(tmp_path)

    def imported(text: str = PERMITS, **options: Any) -> Any:
        return load("permit", csv(tmp_path / "permits.csv", text), **options)

    return imported


def entries(kind: str = "permit") -> list[Leaf]:
    return [Leaf.parse(one.leaf) for one in RecordEntry.objects.filter(kind=kind)]


def subjects(since: int = 0) -> list[tuple[str, str, str]]:
    """(kind, subject, act) of the entries from an index on."""
    found = RecordEntry.objects.filter(index__gte=since)
    return [(one.kind, one.subject, Leaf.parse(one.leaf).act) for one in found]


def wrong(lang: str = "en", **more: Any) -> list[str]:
    return [one.in_(lang) for one in verify(**more).wrong]


def size() -> int:
    return RecordEntry.objects.count()


class AsSuperuser:
    """What somebody does who has the database to himself: the guard is off meanwhile."""

    def __enter__(self) -> Any:
        self.cursor = connection.cursor()
        self.cursor.execute("ALTER TABLE record_entry DISABLE TRIGGER ALL")
        return self.cursor

    def __exit__(self, *_: object) -> None:
        self.cursor.execute("ALTER TABLE record_entry ENABLE TRIGGER ALL")
        self.cursor.close()


# What is entered


def test_an_import_enters_itself_and_each_permit_that_it_wrote(permits: Callable[..., Any]) -> None:
    before = size()
    report = permits()
    release = Release.objects.get(pk=report.release_id)
    assert subjects(before) == [
        ("release", str(release.pk), "stated"), ("permit", "P1", "stated"), ("permit", "P2", "stated"), ("permit", "P3", "stated"),
    ]  # fmt: skip
    told = entries()[1]
    assert told.state and told.release == release.pk and not told.taken_in
    assert {name: told.state[name] for name in ("permitted_l_per_year", "valid_from", "valid_to", "region")} == {
        "permitted_l_per_year": 2_000_500, "valid_from": "2019-01-01", "valid_to": None, "region": "110101",
    }  # fmt: skip
    salt = bytes(Salt.objects.get(pk=before + 2).salt)
    assert told.state["holder_name"] == leaves.commitment(salt, "holder_name", "乙公司")
    of_release = entries("release")[-1].state
    assert of_release and (of_release["dataset"], of_release["rows_new"], of_release["file_sha256"]) == (
        "permit", 3, release.file_sha256,
    )  # fmt: skip
    everything = "".join(one.leaf for one in RecordEntry.objects.all())
    assert not [name for name in ("甲公司", "乙公司", '"H1"', "tester", "permits.csv") if name in everything]
    assert wrong() == []


def test_a_change_enters_what_changed_and_nothing_else(permits: Callable[..., Any]) -> None:
    permits()
    before = size()
    permits(PERMITS.replace("2000.5", "1500"))
    assert [each[1] for each in subjects(before)[1:]] == ["P2"]
    before = size()
    permits(PERMITS.replace("2000.5", "1500"))
    assert [each[0] for each in subjects(before)] == ["release"]
    assert wrong() == []


def test_a_holders_new_name_is_entered_for_permits_that_the_file_lacks_too(permits: Callable[..., Any]) -> None:
    permits()
    before = size()
    permits("code,holder_code,holder_name\nP1,H1,甲有限公司")
    assert [each[1] for each in subjects(before)[1:]] == ["P1", "P3"]
    assert wrong() == []


def test_what_a_file_takes_out_ends_and_an_undoing_brings_it_back(permits: Callable[..., Any]) -> None:
    permits()
    before = size()
    gone = permits("\n".join(PERMITS.splitlines()[:-1]), replacing=True)
    assert gone.gone == 1
    assert ("permit", "P3", "ended") in subjects(before) and wrong() == []
    before = size()
    undo(gone.release_id, commit=True, actor="tester")
    assert ("permit", "P3", "stated") in subjects(before) and wrong() == []


def test_an_undoing_of_an_import_enters_what_is_so_again(permits: Callable[..., Any]) -> None:
    permits()
    changed = permits(
        PERMITS.replace("甲公司", "甲有限公司").replace("2000.5", "1") + "    P4,H4,丁公司,1,2019-01-01,\n"
    )
    before = size()
    undo(changed.release_id, commit=True, actor="tester")
    found = subjects(before)
    assert {each for each in found if each[0] == "permit"} == {
        ("permit", "P1", "stated"), ("permit", "P2", "stated"), ("permit", "P3", "stated"), ("permit", "P4", "ended"),
    }  # fmt: skip
    assert wrong() == []


def test_a_check_of_a_file_and_an_import_that_fails_enter_nothing(permits: Callable[..., Any]) -> None:
    permits()
    before = size()
    permits(PERMITS.replace("2000.5", "1"), commit=False)
    undo(Release.objects.latest("id").pk)
    with pytest.raises(RuntimeError), transaction.atomic():
        permits(PERMITS.replace("2000.5", "1"))
        raise RuntimeError
    assert size() == before and wrong() == []


def test_a_change_by_hand_is_entered(admin_client: Any, permits: Callable[..., Any]) -> None:
    from tests.http.admin_pages import save, url

    permits()
    permit, before = AbstractionPermit.objects.get(code="P1"), size()
    save(admin_client, permit, permitted_l_per_year="7")
    assert subjects(before)[1:] == [("permit", "P1", "stated")]
    assert entries()[-1].state["permitted_l_per_year"] == 7000  # type: ignore[index]
    save(admin_client, permit.holder, name="甲改名")
    assert [each[1] for each in subjects(before)[3:]] == ["P1", "P3"]
    before = size()
    admin_client.post(url(permit, "delete", permit.pk), {"post": "yes"})
    assert subjects(before)[1:] == [("permit", "P1", "ended")]
    assert wrong() == []


def test_steps_of_a_signed_report_are_entered_without_who_took_them(settings: Any) -> None:
    make_city()
    settings.REPORT_WORKERS = 0
    signed.letterhead()
    report = states.issue(signed.ask(), signed.COMPILER)
    states.withdraw(report.pk, report.revision, signed.COMPILER, "写错了")
    found = entries("report_step")
    assert [one.state["action"] for one in found if one.state] == [1, 7]
    everything = "".join(one.leaf for one in RecordEntry.objects.all())
    assert not [word for word in ("王小明", "写错了", report.told) if word in everything]
    assert wrong() == []


def test_what_was_there_before_the_record_is_taken_in_once(permits: Callable[..., Any]) -> None:
    permits()
    make.PermitFactory(code="OLD")
    with AsSuperuser() as cursor:
        cursor.execute("DELETE FROM record_entry; DELETE FROM record_salt")
    permits(PERMITS.replace("2000.5", "1"))
    found = RecordEntry.objects.filter(kind="permit")
    taken = {one.subject: Leaf.parse(one.leaf).taken_in for one in found}
    assert taken == {"OLD": True, "P1": True, "P3": True, "P2": False}
    assert wrong() == [] and append.take_in() == 0
    later = make.PermitFactory(code="LATER")
    integrate.run()
    assert wrong() == [
        f"{what}: it is in the tables and not in the record (added past it)"
        for what in (f"Releases {later.release_id}", "Abstraction permits LATER")
    ]


def test_the_table_refuses_to_be_changed_deleted_and_emptied(permits: Callable[..., Any]) -> None:
    permits()
    for statement in ("UPDATE record_entry SET leaf = ''", "DELETE FROM record_entry", "TRUNCATE record_entry"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert wrong() == []


@pytest.mark.django_db(transaction=True)
def test_entries_of_acts_at_once_are_numbered_without_a_gap(settings: Any) -> None:
    def act(number: int) -> None:
        try:
            for _ in range(5):
                with transaction.atomic():
                    append.released(make.ReleaseFactory(dataset=f"d{number}"))
                    if number == 0:
                        transaction.set_rollback(True)
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(RecordEntry.objects.values_list("index", flat=True)) == list(range(15))
    found = Folder().checkpoint()
    assert found and found.size == 15, "published after the commits"
    assert wrong() == []


# What is published


def test_the_files_grow_with_the_log_and_are_the_tree_that_is_signed(permits: Callable[..., Any]) -> None:
    permits()
    folder = Folder()
    first = integrate.run()
    assert first and first.size == size() and integrate.run() == first
    for _ in range(3):
        for _ in range(130):
            append.released(make.ReleaseFactory())
        integrate.run()
    head = integrate.run()
    assert head and head.size == size() > 256
    hashes = [tree.leaf_hash(one.leaf.encode()) for one in RecordEntry.objects.all()]
    assert head.root == tree.root(hashes)
    assert list(map(tree.leaf_hash, folder.entries(head.size))) == hashes
    proof = tree.consistency(first.size, head.size, folder.tree(head.size))
    assert tree.continues(first.size, head.size, first.root, head.root, proof)
    assert folder.tree(first.size)(0, first.size) == first.root, "trees of before are still to be read"
    assert oct((folder.home / "key").stat().st_mode & 0o777) == "0o600"
    assert not list((folder.home / "tile" / "0").glob("000.p/*")), "what has become full is there once"
    assert wrong() == []


def test_a_name_is_given_with_the_key_and_stays(permits: Callable[..., Any], settings: Any) -> None:
    settings.RECORD_ORIGIN = "water.example.org/record"
    permits()
    integrate.run()
    settings.RECORD_ORIGIN = "other.example.org/record"
    permits(PERMITS.replace("2000.5", "1"))
    head = integrate.run()
    assert head and head.origin == "water.example.org/record"
    assert str(Folder().public_key()).startswith("water.example.org/record+")


# What is changed past it


def test_a_permit_that_is_changed_past_the_record_is_named_with_old_and_new(permits: Callable[..., Any]) -> None:
    permits()
    integrate.run()
    index = RecordEntry.objects.get(kind="permit", subject="P2").pk
    AbstractionPermit.objects.filter(code="P2").update(permitted_l_per_year=9_000_000)
    assert wrong() == [
        f"Abstraction permits P2: Permitted volume (litres a year) 2000500 → 9000000 (entry {index} of the record)"
    ]
    assert wrong("zh") == [f"取水许可 P2：年许可水量（升） 2000500 → 9000000（存证第 {index} 条）"]


def test_a_later_act_does_not_launder_it(permits: Callable[..., Any]) -> None:
    permits()
    AbstractionPermit.objects.filter(code="P2").update(permitted_l_per_year=9_000_000)
    permits("code,holder_code,holder_name,permitted_m3_per_year\nP1,H1,甲公司,5")
    assert len(found := wrong()) == 1 and "P2" in found[0] and "2000500 → 9000000" in found[0]


def test_nor_does_an_act_that_writes_the_same_permit(permits: Callable[..., Any]) -> None:
    permits()
    AbstractionPermit.objects.filter(code="P2").update(permitted_l_per_year=9_000_000)
    report = permits("code,valid_to\nP2,2030-01-01")
    first, last = RecordEntry.objects.filter(kind="permit", subject="P2").values_list("pk", flat=True)
    assert wrong() == [
        "Abstraction permits P2: Permitted volume (litres a year) 2000500 → 9000000, changed past the record after entry "
        f"{first} and before release {report.release_id} (entry {last})"
    ]


def test_a_holder_that_is_changed_past_the_record_is_named_without_being_told(permits: Callable[..., Any]) -> None:
    permits()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE layers_abstractionholder SET name = '丙公司' WHERE code = 'H2'")
    assert [one.rpartition(" (")[0] for one in wrong()] == [
        "Abstraction permits P2: “Holder” is not the one that was recorded"
    ]


def test_what_is_forgotten_cannot_be_compared_and_that_is_said(permits: Callable[..., Any]) -> None:
    permits()
    assert append.forget("permit", "P2") == 1
    with connection.cursor() as cursor:
        cursor.execute("UPDATE layers_abstractionholder SET name = '丙公司' WHERE code = 'H2'")
    found = verify()
    assert found.wrong == []
    assert [one.in_("zh") for one in found.notes] == ["1 个对象的个人信息已删去盐值，无法核对"]


def test_a_permit_that_is_deleted_past_the_record_is_named(permits: Callable[..., Any]) -> None:
    permits()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM layers_abstractionpermit WHERE code = 'P2'")
    assert [one.partition("：")[2][:2] for one in wrong("zh")] == ["存证"]
    assert "P2: it is in the record (entry" in wrong()[0]


def test_releases_and_steps_that_are_changed_or_added_past_the_record_are_named(permits: Callable[..., Any]) -> None:
    report = permits()
    Release.objects.filter(pk=report.release_id).update(rows_new=99, actor="somebody")
    added = make.ReleaseFactory()
    told = wrong()
    assert len(told) == 3
    assert any(f"Releases {report.release_id}: New 3 → 99" in one for one in told)
    assert any("“Actor” is not the one that was recorded" in one for one in told)
    assert any(f"Releases {added.pk}: it is in the tables and not in the record" in one for one in told)


def test_an_entry_that_is_changed_is_named_with_what_was_published(permits: Callable[..., Any]) -> None:
    permits()
    integrate.run()
    one = RecordEntry.objects.get(kind="permit", subject="P2")
    with AsSuperuser() as cursor:
        cursor.execute("UPDATE record_entry SET leaf = replace(leaf, '2000500', '9000000') WHERE index = %s", [one.pk])
    AbstractionPermit.objects.filter(code="P2").update(permitted_l_per_year=9_000_000)
    assert wrong() == [
        f"Entry {one.pk} (Abstraction permits P2) was changed in the database: Permitted volume (litres a year) 2000500 → 9000000"
    ]
    with pytest.raises(integrate.Altered, match=f"Entry {one.pk}"):
        integrate.run()


@pytest.mark.parametrize("count", [1, 2])
def test_last_entries_that_are_deleted_are_named_and_nothing_is_signed_after(
    permits: Callable[..., Any], count: int
) -> None:
    permits()
    integrate.run()
    last = size() - count
    with AsSuperuser() as cursor:
        cursor.execute("DELETE FROM record_entry WHERE index >= %s", [last])
    told = wrong()
    assert f"Entry {last} (Abstraction permits P{4 - count}) was deleted from the database" in told
    permits(PERMITS.replace("2000.5", "1"))  # goes on, and nothing of it is signed
    with pytest.raises(integrate.Altered, match=f"Entry {last} is missing"):
        integrate.run()
    assert f"Entries {last} to {last + count - 1} are missing: deleted from the database" in wrong()


def test_an_entry_from_the_midst_that_is_deleted_is_named(permits: Callable[..., Any]) -> None:
    permits()
    integrate.run()
    with AsSuperuser() as cursor:
        cursor.execute("DELETE FROM record_entry WHERE index = 3")
    told = wrong()
    assert "Entries 3 to 3 are missing: deleted from the database" in told
    assert any(one.startswith("Entry 3 (") and "was deleted" in one for one in told)


def test_files_that_are_changed_are_found(permits: Callable[..., Any]) -> None:
    permits()
    head = integrate.run()
    assert head
    bundle = Folder().home / f"tile/entries/000.p/{head.size}"
    kept = bundle.read_bytes()
    bundle.write_bytes(kept.replace(b"2000500", b"9000500"))
    assert wrong()[0] == "The published entries do not have the root that was signed"
    bundle.write_bytes(kept)
    tile = Folder().home / f"tile/0/000.p/{head.size}"
    tile.write_bytes(tile.read_bytes()[::-1])
    assert wrong() == ["The published tiles do not have the root that was signed"]
    tile.unlink()
    assert wrong()[0].startswith("Published files are missing or broken")


def rewritten(permit: str, litres: int) -> None:
    """All of it written anew by somebody who has database, files and key: entries, tables, tiles, checkpoint."""
    with AsSuperuser() as cursor:
        cursor.execute(
            "UPDATE record_entry SET leaf = regexp_replace(leaf, '\"permitted_l_per_year\":\\d+', %s) WHERE subject = %s",
            [f'"permitted_l_per_year":{litres}', permit],
        )
    AbstractionPermit.objects.filter(code=permit).update(permitted_l_per_year=litres)
    folder = Folder()
    shutil.rmtree(folder.home / "tile")
    (folder.home / "checkpoint").unlink()
    integrate.run()


def witnessed(keep: Path, fails: int = 0) -> str:
    """The witness's program, on its own, reading the folder; → what it said."""
    done = subprocess.run(
        [sys.executable, "-I", str(WITNESS), str(Folder().home), "--key", str(Folder().public_key()), "--name", "w1.example",
         "--keep", str(keep)],
        capture_output=True, text=True, check=False, cwd=keep.parent,
    )  # fmt: skip
    assert done.returncode == fails, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_a_log_that_is_rewritten_and_signed_again_is_found_by_what_a_witness_kept(
    permits: Callable[..., Any], tmp_path: Path
) -> None:
    permits()
    integrate.run()
    keep = tmp_path / "witness"
    witnessed(keep)
    permits(PERMITS.replace("P3,H1,甲公司,30", "P3,H1,甲公司,31"))
    integrate.run()
    found = verify(kept=[KeptLog.folder(keep)])
    assert found.wrong == [] and "It goes on from the checkpoint that w1.example has kept" in found.notes[0].in_("en")
    rewritten("P2", 9_000_000)
    assert wrong() == [], "by itself it is all of a piece"
    index = RecordEntry.objects.get(subject="P2").pk
    told = wrong(kept=[KeptLog.folder(keep)])
    assert "The record was rewritten: it does not go on from the checkpoint that w1.example has kept" in told[0]
    assert told[1] == (
        f"Entry {index} (Abstraction permits P2) was changed in the database: Permitted volume (litres a year) 2000500 → 9000000"
    )
    by_itself = wrong(kept=[KeptLog.file(keep / "checkpoint")])
    assert len(by_itself) == 1 and "was rewritten" in by_itself[0]
    said = witnessed(keep, fails=1)
    assert f"自第 {index} 条起" in said and "2000500" in said and "9000000" in said


def test_a_log_that_is_begun_anew_with_another_key_is_found(permits: Callable[..., Any], tmp_path: Path) -> None:
    permits()
    integrate.run()
    witnessed(tmp_path / "witness")
    shutil.rmtree(Folder().home)
    integrate.run()
    assert "is not signed with today's key" in wrong(kept=[KeptLog.folder(tmp_path / "witness")])[0]


def test_a_checkpoint_that_is_signed_by_nobody_is_found(permits: Callable[..., Any]) -> None:
    permits()
    head = integrate.run()
    assert head
    path = Folder().home / "checkpoint"
    note = SignedNote.parse(path.read_bytes())
    path.write_text(
        str(SignedNote(Checkpoint(head.origin, head.size, tree.EMPTY).text, note.signatures)), encoding="utf-8"
    )
    assert "The checkpoint is not valid" in wrong()[0]


# The command


def said(*words: str) -> str:
    out = io.StringIO()
    call_command("record", *words, stdout=out)
    return out.getvalue()


def test_the_command_tells_by_its_code_and_in_both_languages(permits: Callable[..., Any], tmp_path: Path) -> None:
    with pytest.raises(CommandError) as none:
        with AsSuperuser() as cursor:
            cursor.execute("DELETE FROM record_entry; DELETE FROM record_salt")
        said("verify")
    assert none.value.returncode == 2
    permits()
    assert "收入" not in said("integrate") and "全部与存证一致" in said("verify")
    for words in (("verify", "--lang", "en"), ("--lang", "en", "verify")):
        assert "Everything is as it was recorded" in said(*words)
    kept = tmp_path / "kept"
    shutil.copy(Folder().home / "checkpoint", kept)
    assert "goes on from the checkpoint" in said("verify", "--lang", "en", "--checkpoint", str(kept))
    AbstractionPermit.objects.filter(code="P2").update(permitted_l_per_year=1)
    with pytest.raises(CommandError, match="1 处") as changed:
        said("verify")
    assert changed.value.returncode == 1
    with pytest.raises(CommandError) as missing:
        said("verify", "--checkpoint", str(tmp_path / "nothing"))
    assert missing.value.returncode == 2
    assert said("key").strip() == str(Folder().public_key())
    assert (
        "1" in said("forget", "permit", "P2")
        and Salt.objects.filter(index=RecordEntry.objects.get(subject="P2").pk).count() == 0
    )


def test_the_command_takes_in_what_there_is(permits: Callable[..., Any]) -> None:
    permits()
    with AsSuperuser() as cursor:
        cursor.execute("DELETE FROM record_entry; DELETE FROM record_salt")
    assert "entries of what there was" in said("integrate", "--lang", "en")
    assert all(json.loads(one.leaf)["taken_in"] for one in RecordEntry.objects.all())
    assert wrong() == [] and FormerState.objects.count() == 0
