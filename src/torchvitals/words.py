"""Sentences that remember how they were made, so that they can be said in another language.

A sentence is made by `say`, from a template and its values. Its text is English, and that is what
JSON holds; `translated` says it in another language, by the catalogue in `locale/<language>/`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

ENGLISH = "en"
LANGUAGES = (ENGLISH, "zh")
"""English, and each language that has a catalogue."""


class UnknownLanguageError(ValueError):
    """There is no catalogue of this language."""


class _Said(NamedTuple):
    """A template and what stands in its places."""

    template: str
    values: Mapping[str, Any]


class Words(str):
    """English text that remembers its templates and values; a sum remembers those of its parts."""

    parts: tuple[_Said | str, ...] = ()

    def __add__(self, other: str) -> Words:
        return _joined(str(self) + str(other), (*_parts(self), *_parts(other)))

    def __radd__(self, other: str) -> Words:
        return _joined(str(other) + str(self), (*_parts(other), *_parts(self)))


def say(template: str, /, **values: Any) -> Words:
    """The template with its values: what a person reads, in any language.

    >>> said = say("{dead} of {units} units are dead", dead=3, units=16)
    >>> said
    '3 of 16 units are dead'

    A template without values is taken as it stands, braces and all.
    """
    text = template.format(**values) if values else template
    return _joined(text, (_Said(template, values),))


def listed(parts: Iterable[str], separator: str) -> Words:
    """The parts with a separator between them, which is translated too.

    >>> listed(["a", "b", "c"], ", ")
    'a, b, c'
    """
    whole = _joined("", ())
    for position, part in enumerate(parts):
        whole = whole + (say(separator) + part if position else part)
    return whole


def translated(text: str, language: str) -> str:
    """The text in a language; English where the catalogue lacks it.

    Of `Words` each template is looked up, of other text the whole. Values that are `Words` are
    translated too; other values stay as they are.

    Raises:
        UnknownLanguageError: there is no such language.
    """
    check_language(language)
    if language == ENGLISH:
        return str(text)
    known = catalogue(language)
    if not isinstance(text, Words):
        return known.get(text, text)
    return "".join(
        part if isinstance(part, str) else _said_in(language, known, part) for part in text.parts
    )


def check_language(language: str) -> None:
    """Raise UnknownLanguageError unless the language is known."""
    if language not in LANGUAGES:
        known = " or ".join(LANGUAGES)
        raise UnknownLanguageError(f"Expected {known} as the language but got {language!r}.")


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """English template or text -> the same in this language, from all files of its folder."""
    import json  # noqa: PLC0415  a script may have a file that is called json.py, and wants that

    found: dict[str, str] = {}
    for file in sorted((Path(__file__).parent / "locale" / language).glob("*.json")):
        found.update(json.loads(file.read_text(encoding="utf-8")))
    return found


def _joined(text: str, parts: tuple[_Said | str, ...]) -> Words:
    words = Words(text)
    words.parts = parts
    return words


def _parts(text: str) -> tuple[_Said | str, ...]:
    if isinstance(text, Words):
        return text.parts
    return (text,) if text else ()


def _said_in(language: str, known: Mapping[str, str], said: _Said) -> str:
    template = known.get(said.template, said.template)
    if not said.values:
        return template
    return template.format(
        **{
            name: translated(value, language) if isinstance(value, Words) else value
            for name, value in said.values.items()
        }
    )
