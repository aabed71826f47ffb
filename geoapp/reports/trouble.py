"""What goes wrong while a report is being made: said once, in both languages, to whoever waits for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.errors import ShuituError
from layers.words import Words

if TYPE_CHECKING:
    from layers.access import Moment

SERVER_FAULT = Words("服务器出错，请看日志。", "A fault of the server; its log tells more.")


class DataChanged(ShuituError):
    """Chapters of one volume would be of different data."""

    title = "The data were changed meanwhile"

    def __init__(self) -> None:
        super().__init__(
            Words(
                "生成合订本时数据有变，请重新生成。",
                "The data were changed while this volume was made: ask for it again.",
            )
        )


def never_finished(times: int) -> Words:
    """Of what ended its worker each time."""
    return Words("开始过 {n} 次，都没有做完。", "It was begun {n} times and never finished.", n=times)


def refuse_closed(moment: Moment) -> None:
    """`ShuituError` if what was read when the report was begun may not be seen any more."""
    if moment.closed_meanwhile():
        raise ShuituError(
            Words(
                "生成报告时关闭了个人数据，请重新生成。",
                "Personal data were closed while this report was made: ask for it again.",
            )
        )
