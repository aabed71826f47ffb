"""The formats of the record against what is published of them, and against another maker of such trees."""

from __future__ import annotations

import base64
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as some
from pymerkle import InmemoryTree, verify_consistency, verify_inclusion

from layers.record import notes, tiles, tree
from layers.record.notes import COSIGNER, BadNote, Checkpoint, PublicKey, SecretKey, SignedNote
from layers.record.tiles import BadTile, Edge, HashTile

# Of the reference implementations of certificate transparency (transparency-dev/merkle, testonly/constants.go, proof/verify_test.go).
ENTRIES = [
    bytes.fromhex(told)
    for told in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
# (index from nought, size): from the neighbour up
INCLUSION = {
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
CONSISTENCY = {
    (1, 1): [],
    (1, 8): INCLUSION[0, 8],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
    (6, 7): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
}
HASHES = [tree.leaf_hash(entry) for entry in ENTRIES]
# Of golang.org/x/mod/sumdb/note, the reference implementation of signed notes.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETERS = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
PETERS_NOTE = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
# Of c2sp.org/tlog-cosignature.
COSIGNED = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
)


def hexes(proof: list[bytes]) -> list[str]:
    return [one.hex() for one in proof]


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_that_are_published(size: int) -> None:
    assert tree.root(HASHES[:size]).hex() == ROOTS[size]


@pytest.mark.parametrize("which", INCLUSION)
def test_proofs_of_inclusion_are_those_that_are_published_and_no_others_lead_to_the_root(
    which: tuple[int, int],
) -> None:
    index, size = which
    proof, root, leaf = tree.inclusion(index, size, tree.over(HASHES)), bytes.fromhex(ROOTS[size]), HASHES[index]
    assert hexes(proof) == INCLUSION[which]
    assert tree.includes(leaf, index, size, proof, root)
    for wrong in ((index - 1, size), (index + 1, size), (index ^ 2, size), (index, size * 2), (index, size // 2)):
        assert not tree.includes(leaf, *wrong, proof, root), wrong
    for bad in ([*proof, b""], [*proof, root], [b"", *proof], [root, *proof], *([proof[:-1]] if proof else [])):
        assert not tree.includes(leaf, index, size, bad, root)
    for at in range(len(proof)):
        flipped = [*proof[:at], bytes([proof[at][0] ^ 8]) + proof[at][1:], *proof[at + 1 :]]
        assert not tree.includes(leaf, index, size, flipped, root)
    assert not tree.includes(b"wrong", index, size, proof, root)
    assert not tree.includes(leaf, index, size, proof, tree.EMPTY)


@pytest.mark.parametrize("which", CONSISTENCY)
def test_proofs_of_consistency_are_those_that_are_published_and_no_others_hold(which: tuple[int, int]) -> None:
    old, size = which
    proof = tree.consistency(old, size, tree.over(HASHES))
    before, after = bytes.fromhex(ROOTS[old]), bytes.fromhex(ROOTS[size])
    assert hexes(proof) == CONSISTENCY[which]
    assert tree.continues(old, size, before, after, proof)
    if not proof:
        return
    for wrong in ((old - 1, size), (old + 1, size), (old ^ 2, size), (old, size * 2), (old, size // 2)):
        assert not tree.continues(*wrong, before, after, proof) or 0 in wrong, wrong
    for roots in ((b"wrong", after), (before, b"wrong"), (after, before)):
        assert not tree.continues(old, size, *roots, proof)
    for bad in ([], [*proof, b""], [*proof, before], [*proof, after], [before, *proof], [proof[0], *proof], proof[:-1]):
        assert not tree.continues(old, size, before, after, bad)
    for at in range(len(proof)):
        flipped = [*proof[:at], bytes([proof[at][0] ^ 16]) + proof[at][1:], *proof[at + 1 :]]
        assert not tree.continues(old, size, before, after, flipped)


def test_what_needs_no_proof_takes_none() -> None:
    some_root = HASHES[0]
    assert tree.continues(0, 5, tree.EMPTY, some_root, []) and not tree.continues(
        0, 5, tree.EMPTY, some_root, [some_root]
    )
    assert tree.continues(5, 5, some_root, some_root, []) and not tree.continues(5, 5, some_root, HASHES[1], [])
    assert not tree.continues(2, 1, some_root, some_root, [])
    for ask in (lambda: tree.inclusion(3, 3, tree.over(HASHES)), lambda: tree.consistency(4, 3, tree.over(HASHES))):
        with pytest.raises(ValueError):
            ask()


@given(some.data())
def test_another_maker_of_trees_agrees(data: some.DataObject) -> None:
    size = data.draw(some.integers(1, 700))
    index, old = data.draw(some.integers(0, size - 1)), data.draw(some.integers(1, size))
    entries = [number.to_bytes(4, "big") * (number % 5) for number in range(size)]
    theirs = InmemoryTree(algorithm="sha256")
    theirs.append_entries(entries)
    hashes = [tree.leaf_hash(entry) for entry in entries]
    root, before = tree.root(hashes), tree.root(hashes[:old])
    assert (root, before) == (theirs.get_root(), theirs.get_root(old))
    ours = tree.inclusion(index, size, tree.over(hashes))
    their_proof = theirs.prove_inclusion(index + 1, size)
    assert their_proof.path[0] == hashes[index] and sorted(their_proof.path[1:]) == sorted(ours)
    assert tree.includes(hashes[index], index, size, ours, root)
    held = tree.consistency(old, size, tree.over(hashes))
    verify_inclusion(hashes[index], root, their_proof)
    verify_consistency(before, root, theirs.prove_consistency(old, size))
    assert tree.continues(old, size, before, root, held)
    if old < size:
        other = tree.root([*hashes[: old - 1], tree.leaf_hash(b"another")])
        assert not tree.continues(old, size, other, root, held)


@pytest.mark.parametrize(
    ("index", "path"),
    [
        (0, "000"),
        (7, "007"),
        (999, "999"),
        (1000, "x001/000"),
        (1234067, "x001/x234/067"),
        (123456789, "x123/x456/789"),
    ],
)
def test_indexes_of_tiles_are_spelt_as_the_specification_does(index: int, path: str) -> None:
    assert tiles.index_path(index) == path
    for tile in (HashTile(0, index), HashTile(3, index, 17), HashTile(None, index, 255)):
        assert tiles.parse(tile.path) == tile
    assert HashTile(None, index, 5).path == f"tile/entries/{path}.p/5"


@pytest.mark.parametrize(
    "path",
    ["tile/0/0", "tile/00/000", "tile/0/x000/001", "tile/64/000", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/07",
     "tile/0/../000", "tile/0/000/", "checkpoint", "tile/entries/x1/000", "tile/0/٠٠٠", "tile/0/000\n"],
)  # fmt: skip
def test_no_other_spelling_is_a_tile(path: str) -> None:
    assert tiles.parse(path) is None


def test_a_tree_of_seventy_thousand_has_the_tiles_of_the_specification() -> None:
    found = [tile for level in (0, 1, 2, 3) for tile in tiles.of_level(level, 70_000)]
    assert [sum(tile.level == level and tile.width == 256 for tile in found) for level in (0, 1, 2)] == [273, 1, 0]
    assert [(tile.level, tile.width) for tile in found if tile.width < 256] == [(0, 112), (1, 17), (2, 1)]
    assert [tile.path for level in (0, 1) for tile in tiles.of_level(level, 256)] == ["tile/0/000", "tile/1/000.p/1"]


@given(some.lists(some.integers(0, 400), min_size=1, max_size=4))
def test_a_tree_that_grows_by_its_edge_is_the_tree_and_its_tiles_give_every_range(steps: list[int]) -> None:
    kept: dict[HashTile, bytes] = {}
    hashes: list[bytes] = []
    for count in steps:
        edge = Edge.read(len(hashes), lambda tile: kept[tile])
        for number in range(len(hashes), len(hashes) + count):
            hashes.append(tree.leaf_hash(str(number).encode()))
            kept.update(edge.append(hashes[-1]))
        kept.update(edge.partial())
        assert (edge.size, edge.root()) == (len(hashes), tree.root(hashes))
        expected = [tile for level in (0, 1) for tile in tiles.of_level(level, len(hashes))]
        assert set(expected) <= set(kept)
    over = tiles.over(len(hashes), lambda tile: kept[tile])
    for start, end in pairwise(sorted({0, len(hashes) // 3, len(hashes) // 2, len(hashes)})):
        for proved in range(start, end, 97):
            assert tree.inclusion(proved, len(hashes), over) == tree.inclusion(proved, len(hashes), tree.over(hashes))


@given(some.lists(some.binary(max_size=300), max_size=256))
def test_a_bundle_gives_back_its_entries(entries: list[bytes]) -> None:
    packed = tiles.pack(entries)
    assert tiles.unpack(packed) == entries
    if entries:
        with pytest.raises(BadTile):
            tiles.unpack(packed + b"\x00")
        with pytest.raises(BadTile):
            tiles.unpack(packed + b"\x00\x09abc")


def test_an_entry_longer_than_its_length_can_be_told_is_refused() -> None:
    assert tiles.pack([b"ab"]) == b"\x00\x02ab"
    with pytest.raises(BadTile):
        tiles.pack([b"a" * 65_536])


def test_a_note_is_signed_as_the_reference_signs_it() -> None:
    key = SecretKey.parse(PETERS)
    assert (str(key.public), key.secret()) == (PETER, PETERS)
    note = SignedNote.parse(PETERS_NOTE)
    assert str(SignedNote(note.text).signed(key)) == PETERS_NOTE
    assert note.signed_at(PublicKey.parse(PETER)) == 0
    assert note.signed_at(SecretKey.made("PeterNeumann").public) is None, "another key of that name is another's"
    with pytest.raises(BadNote, match="wrong"):
        SignedNote.parse(PETERS_NOTE.replace("cryptography", "cryptographY")).signed_at(PublicKey.parse(PETER))


def test_a_key_that_is_misspelt_is_none() -> None:
    for at in range(len(PETER)):
        wrong = PETER[:at] + chr(ord(PETER[at]) + 1) + PETER[at + 1 :]
        with pytest.raises(BadNote):
            PublicKey.parse(wrong)
    for wrong in ("", "a+b+c", PETER[:-4], f"{PETER}BADKEY==", PETERS):
        with pytest.raises(BadNote):
            PublicKey.parse(wrong)
    with pytest.raises(BadNote):
        SecretKey.parse(PETER)
    for name in ("", "a b", "a+b", "a\u3000b"):
        with pytest.raises(BadNote):
            SecretKey.made(name)


@pytest.mark.parametrize(
    "wrong",
    ["", "text\n", "text\n\n", "text\n\nno dash\n", "text\n\n— name\n", "text\n\n— name !!!!\n", "text\n\n— name AAAA\n",
     "te\x01xt\n\n— a AAAAAAAA\n", "text\n\n— a AAAAAAAA", "text\n\n— a+b AAAAAAAA\n"],
)  # fmt: skip
def test_a_text_that_is_no_note_is_refused(wrong: str) -> None:
    with pytest.raises(BadNote):
        SignedNote.parse(wrong)


def test_the_cosignature_of_the_specification_is_read_to_the_byte() -> None:
    note = SignedNote.parse(COSIGNED)
    assert str(note) == COSIGNED
    found = Checkpoint.parse(note.text)
    assert (found.origin, found.size) == ("example.com/behind-the-sofa", 20852163)
    assert base64.b64encode(found.root).decode() == "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="
    assert found.text == note.text
    assert int.from_bytes(note.signatures[1].told[:8], "big") == 1679315147 and len(note.signatures[1].told) == 72


def test_a_witness_signs_the_time_with_the_checkpoint() -> None:
    log, witness = SecretKey.made("log.example/record"), SecretKey.made("w1.example", COSIGNER)
    note = SignedNote(Checkpoint("log.example/record", 3, HASHES[0]).text).signed(log).cosigned(witness, 1679315147)
    back = SignedNote.parse(str(note).encode())
    assert (back.signed_at(log.public), back.signed_at(witness.public)) == (0, 1679315147)
    signature = back.signatures[1]
    later = SignedNote(
        back.text,
        (notes.NoteSignature(signature.name, signature.id, (1679315148).to_bytes(8, "big") + signature.told[8:]),),
    )
    with pytest.raises(BadNote):
        later.signed_at(witness.public)
    as_log = PublicKey("w1.example", notes.LOG, witness.public.public)
    assert back.signed_at(as_log) is None, "the same key signs nothing as a log"


@pytest.mark.parametrize(
    "wrong", ["a\n1\n", "a\n01\nAA==\n", "a\n-1\nAA==\n", "a\n1\nAA==\n", "\n1\nAA==\n", "a\n1\nAA==\n\n"]
)
def test_a_text_that_is_no_checkpoint_is_refused(wrong: str) -> None:
    with pytest.raises(BadNote):
        Checkpoint.parse(wrong)
