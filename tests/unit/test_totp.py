"""Codes of the second step against the examples of their standards, and the look-up in a list of leaked passwords."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from geoapp.accounts import browsers, totp
from geoapp.accounts.passwords import is_listed

KEY = b"12345678901234567890"


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_codes_are_those_of_rfc_6238(seconds: int, code: str) -> None:
    assert totp.code_at(KEY, seconds // 30) == code


def test_a_code_is_good_for_a_step_on_each_side_and_never_again() -> None:
    now, step = 1_000_000_000.0, 33_333_333
    codes = {away: totp.code_at(KEY, step + away) for away in range(-2, 3)}
    assert [away for away, code in codes.items() if totp.step_of(KEY, code, now)] == [-1, 0, 1]
    assert totp.step_of(KEY, codes[0], now) == step
    assert totp.step_of(KEY, codes[0], now, after=step) == 0
    assert totp.step_of(KEY, codes[1], now, after=step) == step + 1
    assert totp.step_of(KEY, "", now) == totp.step_of(KEY, "１２３４５６", now) == 0


def test_the_address_is_what_telephones_read() -> None:
    assert totp.address(KEY, "王 wang@x", "Shuitu") == (
        "otpauth://totp/Shuitu:%E7%8E%8B%20wang%40x?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Shuitu&digits=6&period=30"
    )


@pytest.mark.parametrize("count", [1, 2, 3, 50, 1000])
def test_every_leaked_password_is_found_and_no_other(tmp_path: Path, count: int) -> None:
    leaked = [f"password {n}" for n in range(count)]
    digests = {text: hashlib.sha1(text.encode()).hexdigest() for text in (*leaked, "another", "none of them")}
    path = tmp_path / "leaked.txt"
    lines = sorted(f"{digests[text].upper()}:{'9' * (n % 7 + 1)}" for n, text in enumerate(leaked))
    path.write_text("\r\n".join(lines) + "\r\n")
    assert all(is_listed(path, digests[text]) for text in leaked)
    assert not is_listed(path, digests["another"]) and not is_listed(path, digests["none of them"])
    assert not is_listed(path, "0" * 40) and not is_listed(path, "f" * 40)


def test_an_empty_list_holds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "leaked.txt"
    path.write_text("")
    assert not is_listed(path, "0" * 40)


@pytest.mark.parametrize(
    ("agent", "zh"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/131.0 Safari/537.36 Edg/131.0", "Windows 上的 Edge"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1", "iOS 上的 Safari"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/116.0 Mobile Safari/537.36 MicroMessenger/8.0", "Android 上的 微信"),
        ("curl/8.0", "其他浏览器"),
        ("", "其他浏览器"),
    ],
)
def test_browsers_are_told_in_words(agent: str, zh: str) -> None:
    assert browsers.told(browsers.code(agent), "zh") == zh
