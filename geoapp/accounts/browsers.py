"""Which browser a `User-Agent` names, roughly: enough for people to know their own again."""

from __future__ import annotations

import re

from layers.words import Words

# In this order: most name others before themselves.
_FAMILIES = (
    ("wechat", "MicroMessenger"), ("qq", "QQBrowser"), ("edge", r"Edg(e|A|iOS)?/"), ("opera", r"OPR/|Opera"),
    ("samsung", "SamsungBrowser"), ("firefox", "Firefox|FxiOS"), ("chrome", "Chrome|CriOS"), ("safari", "Safari"),
    ("ie", "Trident|MSIE"),
)  # fmt: skip
_SYSTEMS = (
    ("harmony", "HarmonyOS|OpenHarmony"), ("android", "Android"), ("ios", "iPhone|iPad"), ("windows", "Windows"),
    ("mac", "Macintosh"), ("linux", "Linux|X11"),
)  # fmt: skip
_FAMILY_NAMES = {
    "wechat": Words("微信", "WeChat"), "qq": Words("QQ 浏览器", "QQ Browser"), "edge": Words("Edge", "Edge"),
    "opera": Words("Opera", "Opera"), "samsung": Words("三星浏览器", "Samsung Internet"),
    "firefox": Words("Firefox", "Firefox"), "chrome": Words("Chrome", "Chrome"), "safari": Words("Safari", "Safari"),
    "ie": Words("IE", "Internet Explorer"), "": Words("其他浏览器", "Another browser"),
}  # fmt: skip
_SYSTEM_NAMES = {
    "harmony": "HarmonyOS", "android": "Android", "ios": "iOS", "windows": "Windows", "mac": "macOS", "linux": "Linux",
}  # fmt: skip
_READ = 500  # characters of what a browser says of itself


def _first(choices: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for name, pattern in choices if re.search(pattern, text)), "")


def code(user_agent: str) -> str:
    """``chrome/windows``; what is not known is empty."""
    text = user_agent[:_READ]
    return f"{_first(_FAMILIES, text)}/{_first(_SYSTEMS, text)}"


def told(code: str, lang: str) -> str:
    browser, _, system = code.partition("/")
    name = _FAMILY_NAMES.get(browser, _FAMILY_NAMES[""])
    if system not in _SYSTEM_NAMES:
        return name.in_(lang)
    return Words("{system} 上的 {name}", "{name} on {system}", system=_SYSTEM_NAMES[system], name=name).in_(lang)
