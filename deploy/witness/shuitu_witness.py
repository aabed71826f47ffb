#!/usr/bin/env python3
"""见证水图存证 · A witness of Shuitu's record.

    python3 shuitu_witness.py https://water.example.org/record/ --key 'NAME+HASH+KEY' --name bureau.example.org --keep FOLDER

It fetches the log (or reads it from a folder; SHUITU_TOKEN is sent where entries are not for everybody), computes all anew, holds it to
what it saw before, and only then signs that it has seen it: run daily on a machine that the authority does not run, it lets nobody
rewrite the log unseen. It makes a key of its own in FOLDER, a copy of which is given back (`record verify --witness FOLDER`).

    python3 shuitu_witness.py --proof permit.tlog-proof --key 'NAME+HASH+KEY'
checks one entry, without a network. Exit code 0: all is well; 1: the log was rewritten, or is not what was signed; 2: it is not read.
Needs Python 3.9 and `cryptography`. C2SP tlog-tiles, signed-note, tlog-proof, tlog-cosignature v1; RFC 9162.
"""

import argparse
import base64
import hashlib
import os
import sys
import time
import urllib.request
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

LOG, COSIGNER, WIDTH = 1, 4, 256
TOKEN = {"Authorization": f"Bearer {os.environ['SHUITU_TOKEN']}"} if "SHUITU_TOKEN" in os.environ else {}


class Wrong(Exception):
    """The log is not what it has to be: nothing is signed."""


def refuse(zh, en):
    raise Wrong(f"{zh}\n{en}")


def node(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def leaf(entry):
    return hashlib.sha256(b"\x00" + entry).digest()


def root(hashes):
    row = list(hashes) or [hashlib.sha256().digest()]
    while len(row) > 1:
        pairs = [node(row[at], row[at + 1]) for at in range(0, len(row) - 1, 2)]
        row = pairs + row[len(pairs) * 2 :]
    return row[0]


def included(found, index, size, proof):
    """The root to which a proof of inclusion leads (RFC 9162, 2.1.3.2)."""
    at, last = index, size - 1
    if not 0 <= index < size:
        refuse("证明的序号不在检查点之内", "The index of the proof is not in the checkpoint")
    for one in proof:
        if not last:
            refuse("证明过长", "The proof is too long")
        if at & 1 or at == last:
            found = node(one, found)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            found = node(found, one)
        at, last = at >> 1, last >> 1
    if last:
        refuse("证明过短", "The proof is too short")
    return found


def key_id(name, kind, public):
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


def told_key(name, kind, public):
    return f"{name}+{key_id(name, kind, public).hex()}+{base64.b64encode(bytes([kind]) + public).decode()}"


def checked(note, key):
    """(origin, size, root, text) of a checkpoint that is signed with the log's key."""
    name, told, raw = key.strip().split("+", 2)
    raw = base64.b64decode(raw)
    if raw[0] != LOG or key_id(name, LOG, raw[1:]).hex() != told:
        refuse("公钥写错了", "The public key is misspelt")
    text, _, signed = note.rpartition("\n\n")
    text += "\n"
    for line in signed.splitlines():
        _, whose, signature = line.split(" ")
        signature = base64.b64decode(signature)
        if whose == name and signature[:4].hex() == told:
            try:
                Ed25519PublicKey.from_public_bytes(raw[1:]).verify(signature[4:], text.encode())
            except InvalidSignature:
                refuse("检查点的签名不对", "The signature of the checkpoint is wrong")
            origin, size, top = text.split("\n")[:3]
            if origin != name:
                refuse("检查点是另一个存证的", "The checkpoint is that of another log")
            return origin, int(size), base64.b64decode(top), text
    return refuse("检查点没有用这把密钥签名", "The checkpoint is not signed with this key")


def read(place, path):
    if not place.startswith(("http://", "https://")):
        return (Path(place) / path).read_bytes()
    asked = urllib.request.Request(f"{place.rstrip('/')}/{path}", headers=TOKEN)
    with urllib.request.urlopen(asked, timeout=60) as answer:
        return answer.read()


def tile(place, level, index, width):
    told = "/".join(
        [*(f"x{index // 1000**at % 1000:03d}" for at in (3, 2, 1) if index >= 1000**at), f"{index % 1000:03d}"]
    )
    return read(place, f"tile/{level}/{told}" + (f".p/{width}" if width < WIDTH else ""))


def of_level(place, level, count):
    return (tile(place, level, at // WIDTH, min(WIDTH, count - at)) for at in range(0, count, WIDTH))


def entries(place, size):
    """All entries of the log."""
    found = []
    for bundle in of_level(place, "entries", size):
        at = 0
        while at < len(bundle):
            length = int.from_bytes(bundle[at : at + 2], "big")
            found.append(bundle[at + 2 : at + 2 + length])
            at += 2 + length
    return found


def look(place, size, top):
    """The entries, once they, and the tiles by which others make proofs, are found to be what was signed."""
    found = entries(place, size)
    hashes = [leaf(entry) for entry in found]
    if len(hashes) != size or root(hashes) != top:
        refuse("条目与签署的检查点不符", "The entries do not have the root that was signed")
    level, row = 0, hashes
    while row:
        if b"".join(of_level(place, level, len(row))) != b"".join(row):
            refuse(f"第 {level} 级瓦片与条目不符", f"The tiles of level {level} are not those of the entries")
        level, row = level + 1, [root(row[at : at + WIDTH]) for at in range(0, len(row) - WIDTH + 1, WIDTH)]
    return found


def hold(keep, key, now):
    """Nothing that was seen before may be another thing now, or missing; → how many entries that was."""
    if not (keep / "checkpoint").exists():
        return 0
    note = (keep / "checkpoint").read_text("utf-8")
    _, size, top, _ = checked(note, key)
    seen = (keep / "entries.jsonl").read_bytes().split(b"\n")[:size]
    if len(seen) != size or root([leaf(entry) for entry in seen]) != top:
        refuse("本机保存的条目已损坏，请从备份恢复", "What this machine has kept is broken: restore it from a backup")
    mine = base64.b64decode(note.splitlines()[-1].split(" ")[2])  # this witness's own signature, with its time
    since = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(int.from_bytes(mine[4:12], "big")))
    for index, entry in enumerate(seen):
        if index >= len(now) or entry != now[index]:
            was, is_ = entry.decode(), now[index].decode() if index < len(now) else "—"
            refuse(
                f"存证被改写：自第 {index} 条起与 {since} 见证的 {size} 条不同\n  原为 {was}\n  现为 {is_}",
                f"The log was rewritten: from entry {index} on it is not what was witnessed at {since} ({size} entries)\n"
                f"  it was {was}\n  it is  {is_}",
            )
    return size


def own_key(keep, name):
    """What this witness signs with; made at first use, for nobody else to read."""
    path = keep / "witness.key"
    if not path.exists():
        name = name or os.uname().nodename
        made = Ed25519PrivateKey.generate().private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(f"{name} {made.hex()}\n")
    known, seed = path.read_text("utf-8").split()
    if name not in ("", known):
        refuse(f"这个文件夹是 {known} 的", f"This folder is that of {known}")
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed))
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    write(keep / "witness.pub", f"{told_key(known, COSIGNER, public)}\n".encode())
    return known, key, public


def write(path, data):
    part = path.with_name(f".{path.name}.part")
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def witness(place, key, keep, name):
    keep.mkdir(mode=0o700, parents=True, exist_ok=True)
    who, secret, public = own_key(keep, name)
    note = read(place, "checkpoint").decode()
    origin, size, top, text = checked(note, key)
    now = look(place, size, top)
    before = hold(keep, key, now)
    at = int(time.time())
    signature = key_id(who, COSIGNER, public) + at.to_bytes(8, "big")
    signature += secret.sign(f"cosignature/v1\ntime {at}\n{text}".encode())
    write(keep / "entries.jsonl", b"".join(entry + b"\n" for entry in now))
    write(keep / "checkpoint", f"{note}— {who} {base64.b64encode(signature).decode()}\n".encode())
    print(f"已见证 {origin}：{size} 条（此前 {before} 条），树根 {top.hex()}")
    print(f"Witnessed {origin}: {size} entries ({before} before), root {top.hex()}\n{told_key(who, COSIGNER, public)}")


def prove(path, key):
    """Whether the entry in a proof's file is in the log that was signed (tlog-proof)."""
    head, _, note = Path(path).read_text("utf-8").partition("\n\n")
    lines = dict(line.split(" ", 1) for line in head.splitlines()[1:] if " " in line)
    entry = base64.b64decode(lines["extra"])
    proof = [base64.b64decode(line) for line in head.splitlines()[1:] if " " not in line]
    origin, size, top, _ = checked(note, key)
    if included(leaf(entry), int(lines["index"]), size, proof) != top:
        refuse("这一条不在存证中", "This entry is not in the log")
    print(f"属实：{origin} 第 {lines['index']} 条（共 {size} 条）\nTrue: entry {lines['index']} of {size} in {origin}")
    print(entry.decode())


def main(words):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("place", nargs="?", default="", help="address or folder of the log")
    parser.add_argument("--key", required=True, help="the log's public key, or a file with it")
    parser.add_argument("--name", default="", help="this witness's name, without spaces and +")
    parser.add_argument("--keep", default="witness", help="folder for what was seen, and for this witness's key")
    parser.add_argument("--proof", default="", help="check this file instead")
    told = parser.parse_args(words)
    try:
        key = Path(told.key).read_text("utf-8") if Path(told.key).is_file() else told.key
        prove(told.proof, key) if told.proof else witness(told.place, key, Path(told.keep), told.name)
    except Wrong as error:
        print(error, file=sys.stderr)
        return 1
    except (OSError, ValueError, LookupError) as error:
        print(f"无法读取 · It cannot be read: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
