"""Every word that the source says to people, read from the source itself: Python, templates, and the lists of datasets and layers.

A word is said where a Chinese text stands with its English: in a call of whatever takes both (`zh` and `en` are its fields or
parameters: `layers.words.Words`, a term, a field, a refusal), and in a template's ``{% say %}``. Both have to be literals: what is
put together from pieces nobody can translate, and `Found.unreadable` names it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.template.base import Lexer, TokenType
from django.utils.text import unescape_string_literal

from layers import derived, registry
from layers.words import COUNT, PLACE, Worded, places

ROOT = Path(__file__).resolve().parents[2]
PARTS = [ROOT / part for part in ("layers", "tiles", "geoapp")]
SKIPPED = {"node_modules", "static", "__pycache__", "migrations"}


@dataclass(frozen=True, slots=True)
class Said:
    """A word as the source writes it, and where."""

    zh: str
    en: str
    where: str

    @property
    def counted(self) -> bool:
        """Whether a language may say it otherwise of one than of many."""
        return COUNT in places(self.zh) & places(self.en)

    @property
    def translatable(self) -> bool:
        """Whether there is a word in it: the places of values alone are said by their own words."""
        return bool(self.zh.strip()) and not (
            self.zh == self.en and not any(c.isalnum() for c in PLACE.sub("", self.zh))
        )


@dataclass(slots=True)
class FoundWords:
    """All words, and where a word cannot be read."""

    words: list[Said] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)


def every_word(parts: Iterable[Path] | None = None) -> FoundWords:
    """The words of this source and of the kinds that an installation adds; or those of other ``parts``."""
    folders = PARTS if parts is None else list(parts)
    modules = _Modules(_Module(path) for folder in folders for path in _files(folder, ".py"))
    found = FoundWords()
    for module in modules.all:
        _read_python(module, modules, found)
    for folder in folders:
        for path in _files(folder, ".html"):
            _read_template(path, found)
    if parts is None:
        found.words += _listed()
    return found


def _files(folder: Path, ending: str) -> list[Path]:
    return [path for path in sorted(folder.rglob(f"*{ending}")) if not SKIPPED & set(path.relative_to(folder).parts)]


class _Module:
    """A file as it is parsed: what of it takes a word, and what it has from where."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.tree = ast.parse(path.read_text(encoding="utf-8"))
        inside = path.relative_to(ROOT) if path.is_relative_to(ROOT) else Path(path.name)
        self.name = ".".join(inside.with_suffix("").parts).removesuffix(".__init__")
        self.takes: dict[str, tuple[int, int]] = {}
        self.taken: dict[str, str] = {}  # name here → where it is from
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                self.taken |= {each.asname or each.name: f"{node.module}.{each.name}" for each in node.names}
            elif isinstance(node, ast.ClassDef | ast.FunctionDef):
                names = _parameters(node)
                if "zh" in names and "en" in names:
                    self.takes[node.name] = (names.index("zh"), names.index("en"))


def _parameters(of: ast.ClassDef | ast.FunctionDef) -> list[str]:
    """What is given in a call, in its order: the fields of a class of data, or the arguments."""
    if isinstance(of, ast.ClassDef):
        init = next((each for each in of.body if isinstance(each, ast.FunctionDef) and each.name == "__init__"), None)
        if init is None:
            return [
                each.target.id
                for each in of.body
                if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
            ]
        of = init
    names = [each.arg for each in (*of.args.posonlyargs, *of.args.args)]
    return names[1:] if names[:1] in (["self"], ["cls"]) else names


class _Modules:
    """The files, to find in one what another gives it."""

    def __init__(self, modules: Iterable[_Module]) -> None:
        self.all = list(modules)
        self._by_name = {module.name: module for module in self.all}

    def places(self, module: _Module, function: ast.expr) -> tuple[int, int] | None:
        """At which arguments of a call a word stands, Chinese and English; None of a call that takes none."""
        if isinstance(function, ast.Name):
            return self._of(module, function.id)
        if not isinstance(function, ast.Attribute) or not isinstance(function.value, ast.Name):
            return None
        if function.value.id in ("self", "cls"):
            return module.takes.get(function.attr)
        other = self._by_name.get(module.taken.get(function.value.id, ""))
        return self._of(other, function.attr) if other else None

    def _of(self, module: _Module, name: str, depth: int = 0) -> tuple[int, int] | None:
        if name in module.takes:
            return module.takes[name]
        home, _, theirs = module.taken.get(name, "").rpartition(".")
        other = self._by_name.get(home)
        return self._of(other, theirs, depth + 1) if other and depth < 4 else None


def _read_python(module: _Module, modules: _Modules, found: FoundWords) -> None:
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Call) or (places := modules.places(module, node.func)) is None:
            continue
        named = {each.arg: each.value for each in node.keywords}
        at = [
            named.get(of) or (node.args[place] if place < len(node.args) else None)
            for of, place in zip(("zh", "en"), places, strict=True)
        ]
        where = f"{_shown(module.path)}:{node.lineno}"
        texts = [each.value for each in at if isinstance(each, ast.Constant) and isinstance(each.value, str)]
        if len(texts) == 2:
            found.words.append(Said(texts[0], texts[1], where))
        elif any(isinstance(each, ast.JoinedStr | ast.BinOp | ast.IfExp) for each in at):
            found.unreadable.append(where)


def _read_template(path: Path, found: FoundWords) -> None:
    for token in Lexer(path.read_text(encoding="utf-8")).tokenize():
        if token.token_type != TokenType.BLOCK:
            continue
        tag, *told = token.split_contents()
        if tag != "say":
            continue
        where = f"{_shown(path)}:{token.lineno}"
        if len(told) > 1 and all(text[0] in "\"'" for text in told[:2]):
            found.words.append(Said(unescape_string_literal(told[0]), unescape_string_literal(told[1]), where))
        else:
            found.unreadable.append(where)


def _shown(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name


def _listed() -> Iterator[Said]:
    """What the lists say, those of an installation among them; some of their words are changed where they are taken over."""
    for dataset in (*registry.DATASETS, *derived.DERIVED):
        yield _of(dataset, dataset.name)
        yield from (_of(each, f"{dataset.name}.{each.name}") for each in dataset.fields)
    yield from (_of(each, each.id) for each in (*registry.LAYERS, *registry.TABLES))
    for vocabulary in registry.VOCABULARIES:
        yield _of(vocabulary, vocabulary.name)
        yield from (_of(term, f"{vocabulary.name}.{term.code}") for term in vocabulary)


def _of(word: Worded, where: str) -> Said:
    return Said(word.zh, word.en, where)
