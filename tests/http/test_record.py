"""The record over HTTP: pages, published files, proofs, and a witness that watches a running server."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client

from layers.models import AbstractionPermit
from layers.record import append, integrate, tiles, tree
from layers.record.files import Folder
from layers.record.leaves import Leaf
from layers.record.models import RecordEntry
from layers.record.notes import COSIGNER, Checkpoint, PublicKey, SecretKey, SignedNote
from tests import factories as make
from tests.city import ROOT
from tests.db.ingest_files import csv, load, small_city

WITNESS = ROOT / "deploy" / "witness" / "shuitu_witness.py"
PERMITS = """
    code,holder_code,holder_name,permitted_m3_per_year,valid_from
    京1/A,H1,甲公司,1000,2019-01-01
    P2,H2,乙公司,2000.5,2019-01-01
"""
PAGE = f"/record/permit/{quote('京1/A')}"


@pytest.fixture
def city(db: None, tmp_path: Path) -> Path:
    small_city(tmp_path)
    load("permit", csv(tmp_path / "permits.csv", PERMITS))
    integrate.run()
    return tmp_path


def text(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, address
    return answer.content.decode()


def test_before_the_first_entry_the_page_says_so(client: Client, db: None) -> None:
    assert "还没有条目" in text(client, "/record/")
    assert "There are no entries yet" in text(client, "/record/?lang=en")
    for address in ("checkpoint", "key", "proof/0", "tile/0/000", "tile/entries/000.p/1"):
        answer = client.get(f"/record/{address}")
        assert (answer.status_code, answer["Cache-Control"]) == (404, "no-store"), address


def test_the_page_tells_the_newest_checkpoint_and_how_to_check_it(client: Client, city: Path) -> None:
    head = Folder().checkpoint()
    assert head
    page = text(client, "/record/")
    for told in (
        head.root.hex(),
        str(Folder().public_key()),
        "取水许可",
        "shuitu_witness.py",
        "http://testserver/record/",
    ):
        assert told in page.replace("&#x27;", "'"), told
    assert "Abstraction permits" in text(client, "/record/?lang=en")
    assert text(client, "/record/shuitu_witness.py") == WITNESS.read_text(encoding="utf-8")
    assert PublicKey.parse(text(client, "/record/key")) == Folder().public_key()


def test_the_files_are_those_of_the_specification_and_kept_as_it_says(client: Client, city: Path) -> None:
    answer = client.get("/record/checkpoint")
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("text/plain; charset=utf-8", "no-cache")
    head = Checkpoint.parse(SignedNote.parse(answer.content).text)
    answer = client.get(f"/record/tile/entries/000.p/{head.size}")
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("application/octet-stream", "no-cache"), (
        "whoever comes next asks"
    )
    assert "Cookie" in answer["Vary"]
    hashes = client.get(f"/record/tile/0/000.p/{head.size}")
    assert hashes["Cache-Control"] == "private, max-age=31536000, immutable"
    entries = tiles.unpack(answer.content)
    assert tree.root([tree.leaf_hash(entry) for entry in entries]) == head.root
    assert tree.root(tiles.hashes(hashes.content)) == head.root
    for wrong in ("0/001", "9/000", "0/000.p/999", "../key", "%2e%2e/key", "entries/../../key", "0/0", "entries/000"):
        answer = client.get(f"/record/tile/{wrong}")
        assert (answer.status_code, answer["Cache-Control"]) == (404, "no-store"), wrong
    assert client.get("/record/../key").status_code == 404
    assert client.post("/record/checkpoint").status_code == 405


def test_a_permit_has_a_page_with_its_entries_and_their_proof(client: Client, city: Path) -> None:
    page = text(client, PAGE)
    assert 'data-same="yes"' in page and "现在的许可与最新一条存证一致" in page
    assert "1,000,000" in page and "2019-01-01" in page
    assert "甲公司" not in page and "H1" not in page and "只存承诺值" in page
    assert "由证明算得检查点" in page and "data:image/svg+xml;base64," in page
    index = RecordEntry.objects.get(subject="京1/A").pk
    address = re.search(r"<small>(http://testserver/record/permit/[^<]*)</small>", page)
    assert address and address[1].endswith(f"?size={RecordEntry.objects.count()}&amp;index={index}")
    assert "The permit as it is now is what the last entry says" in text(client, f"{PAGE}?lang=en")
    assert "存证中没有这个许可证编号" in text(client, "/record/permit/NONE", 404)
    assert "存证中没有这个许可证编号" in text(client, "/record/permit/a%00b", 404)


def test_what_was_changed_past_the_record_shows_on_the_page(client: Client, city: Path) -> None:
    AbstractionPermit.objects.filter(code="京1/A").update(permitted_l_per_year=5)
    page = text(client, PAGE)
    assert 'data-same="no"' in page and "年许可水量（升） 1000000 → 5" in page
    with connection.cursor() as cursor:
        cursor.execute("UPDATE layers_abstractionpermit SET permitted_l_per_year = 1000000 WHERE code = '京1/A'")
        cursor.execute("UPDATE layers_abstractionholder SET name = '丙公司' WHERE code = 'H1'")
    page = text(client, PAGE)
    assert 'data-same="no"' in page and "取水户" in page and "丙公司" not in page
    AbstractionPermit.objects.filter(code="京1/A").delete()
    assert "存证中有这个许可，数据库中没有" in text(client, PAGE)


def test_a_number_that_is_hostile_stays_a_text(client: Client, city: Path) -> None:
    number = """<script>'1'</script>{{x}}"&"""
    make.PermitFactory(code=number)
    append.released(AbstractionPermit.objects.get(code=number).release)
    integrate.run()
    page = text(client, f"/record/permit/{quote(number)}")
    assert 'data-same="yes"' in page and "<script>'1'" not in page
    assert "&lt;script&gt;&#x27;1&#x27;&lt;/script&gt;{{x}}&quot;&amp;" in page
    assert Leaf.parse(list(Folder().entries(RecordEntry.objects.count()))[-1]).subject == number


def test_what_was_spoilt_is_said_on_the_pages(client: Client, city: Path) -> None:
    home = Folder().home
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE record_entry DISABLE TRIGGER ALL")
        cursor.execute("UPDATE record_entry SET leaf = 'x' || leaf WHERE subject = '京1/A'")
        cursor.execute("ALTER TABLE record_entry ENABLE TRIGGER ALL")
    page = text(client, PAGE)
    assert "最新一条无法读取" in page and "与公布的树不符" in page and 'data-testid="qr"' not in page
    shutil.rmtree(home / "tile")
    assert "与公布的树不符" in text(client, PAGE) and client.get("/record/proof/0").status_code == 404
    (home / "checkpoint").write_text((home / "checkpoint").read_text().replace("localhost", "otherhost", 1))
    assert "检查点无效" in text(client, "/record/") and "The checkpoint is not valid" in text(
        client, "/record/?lang=en"
    )


def test_a_print_says_whether_its_entry_is_still_the_newest(client: Client, city: Path) -> None:
    index, size = RecordEntry.objects.get(subject="京1/A").pk, RecordEntry.objects.count()
    printed = f"{PAGE}?size={size}&index={index}"
    assert "属实，仍是最新一条" in text(client, printed)
    assert "不是这个许可证的" in text(client, f"{PAGE}?size={size}&index={index + 1}")
    assert 'data-testid="printed"' not in text(client, f"{PAGE}?size=x&index={'9' * 90}")
    load("permit", csv(city / "permits.csv", PERMITS.replace("1000,", "900,")))
    assert "待公布" in text(client, PAGE)
    integrate.run()
    page = text(client, printed)
    assert "属实；此后又有新的条目" in page and page.count('data-testid="entry"') == 2


def ask(*words: str, fails: int = 0) -> str:
    """The witness's program as a district runs it: nothing of ours is on its path."""
    done = subprocess.run(
        [sys.executable, "-I", str(WITNESS), *words], capture_output=True, text=True, check=False, cwd="/"
    )
    assert done.returncode == fails, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_a_proof_is_checked_without_a_network(client: Client, city: Path) -> None:
    index, key = RecordEntry.objects.get(subject="京1/A").pk, str(Folder().public_key())
    told = text(client, f"/record/proof/{index}")
    assert told.startswith("c2sp.org/tlog-proof@v1\nextra ")
    file = city / "1.tlog-proof"
    file.write_text(told, encoding="utf-8")
    assert "属实" in ask("--proof", str(file), "--key", key) and "京1/A" in ask("--proof", str(file), "--key", key)
    file.write_text(told.replace(f"index {index}", f"index {index - 1}"), encoding="utf-8")
    ask("--proof", str(file), "--key", key, fails=1)
    file.write_text(told.replace("extra ", "extra AAAA"), encoding="utf-8")
    assert "This entry is not in the log" in ask("--proof", str(file), "--key", key, fails=1)
    assert client.get(f"/record/proof/{RecordEntry.objects.count()}").status_code == 404


def test_the_witness_s_program_is_short_and_needs_nothing_of_ours() -> None:
    source = WITNESS.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 250
    imported = set(re.findall(r"^(?:from|import) (\w+)", source, re.M))
    assert imported - sys.stdlib_module_names == {"cryptography"}


def test_a_witness_watches_a_running_server_and_refuses_a_log_that_was_rewritten(
    own_server: str, tmp_path: Path
) -> None:
    """Published by commits alone: nobody asks for it here."""
    small_city(tmp_path)
    load("permit", csv(tmp_path / "permits.csv", PERMITS))
    key, keep = str(Folder().public_key()), tmp_path / "witness"
    words = (f"{own_server}/record/", "--key", key, "--name", "w1.example", "--keep", str(keep))
    assert f"{RecordEntry.objects.count()} entries (0 before)" in ask(*words)
    assert oct((keep / "witness.key").stat().st_mode & 0o777) == "0o600"
    note = SignedNote.parse((keep / "checkpoint").read_bytes())
    witness = PublicKey.parse((keep / "witness.pub").read_text(encoding="utf-8"))
    assert witness.kind == COSIGNER and note.signed_at(witness) and note.signed_at(PublicKey.parse(key)) == 0
    for _ in range(300):
        append.released(make.ReleaseFactory())
    integrate.run()
    before = RecordEntry.objects.count()
    said = ask(*words)
    assert f"{before} entries" in said and before > 256
    # Everything anew, and signed with the log's own key.
    index = RecordEntry.objects.get(subject="P2").pk
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE record_entry DISABLE TRIGGER ALL;"
            "UPDATE record_entry SET leaf = replace(leaf, '2000500', '9000500') WHERE subject = 'P2';"
            "ALTER TABLE record_entry ENABLE TRIGGER ALL"
        )
    shutil.rmtree(Folder().home / "tile")
    (Folder().home / "checkpoint").unlink()
    integrate.run()
    kept = (keep / "checkpoint").read_bytes()
    said = ask(*words, fails=1)
    assert f"from entry {index} on it is not what was witnessed at 20" in said and "2000500" in said
    assert (keep / "checkpoint").read_bytes() == kept, "nothing is signed"
    assert "无法读取" in ask("http://127.0.0.1:9/record/", *words[1:], fails=2)
    other = str(SecretKey.made("other.example/record").public)
    assert "没有用这把密钥签名" in ask(words[0], "--key", other, *words[3:], fails=1)
