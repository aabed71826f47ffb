"""Answers given at the door, before anybody reads the request: short, in every language, and always the same."""

from __future__ import annotations

from functools import cache
from http import HTTPStatus

from geoapp.walls import headers, policy
from layers.words import Words

WORDS = {
    400: Words("请求看不懂", "The request cannot be understood"),
    408: Words("请求没有及时发完", "The request did not arrive in time"),
    411: Words("请求缺少长度（Content-Length）", "The request does not say its length (Content-Length)"),
    413: Words("发来的内容过大；上传文件请先登录", "The body is too large; log in to send a file"),
    414: Words("网址过长", "The address is too long"),
    431: Words("请求头过大", "The head of the request is too large"),
    500: Words("服务器出错了", "A fault of the server"),
    503: Words("服务器忙，请稍后再试", "The server is busy; try again in a moment"),
}
RETRY_SECONDS = 10


@cache
def answer(status: int) -> bytes:
    """The whole answer, head and body."""
    body = "".join(f"{said}\n" for said in WORDS[status].everywhere().values()).encode()
    head = [
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
        "Content-Type: text/plain; charset=utf-8",
        f"Content-Length: {len(body)}",
        "Cache-Control: no-store",
        f"Content-Security-Policy: {policy.FILE}",
        *(f"{name}: {value}" for name, value in headers.FIXED.items()),
        "Connection: close",
    ]
    if status == 503:
        head.append(f"Retry-After: {RETRY_SECONDS}")
    return "\r\n".join([*head, "", ""]).encode() + body
