"""Writes docs/reference.md, the reference of the public interface, from the docstrings: `make docs`."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from textwrap import indent, wrap
from typing import Any

from numpydoc.docscrape import NumpyDocString

import ganaug

PAGE = Path(__file__).parent / "reference.md"
HEAD = """\
# Reference

<!-- Written by docs/build_reference.py; change the docstrings, and run `make docs`. -->

The public interface, as its docstrings have it. Guides: [images](images.md), [quality of a fit](quality.md),
[watching a fit](training.md), [scikit-learn](scikit-learn.md), [imbalanced-learn](imbalanced-learn.md),
[tf.data and Keras](tf-data.md), [the shell](shell.md).
"""
WIDTH = 120
ITEMS = ("Parameters", "Attributes", "Returns", "Yields", "Raises", "Warns")
PROSE = ("Notes", "References")


def page() -> str:
    """The whole page."""
    names = [name for name in ganaug.__all__ if not name.startswith("__")]
    summaries = {name: _markdown(_parsed(getattr(ganaug, name))["Summary"]) for name in names}
    rows = [f"| {_linked(name)} | {summary} |" for name, summary in summaries.items()]
    parts = [HEAD, "\n".join(["| | |", "|---|---|", *rows]), "`ganaug.__version__` is the version, a string."]
    for name in names:
        parts.extend(_entry(name, getattr(ganaug, name), "##"))
    return "\n\n".join(part.strip("\n") for part in parts if part) + "\n"


def public_methods(cls: type) -> dict[str, Any]:
    """Methods that are ganaug's own, in the order of their definition, those of the class itself first."""
    return {name: getattr(cls, name) for name, member in _own(cls) if not isinstance(member, property)}


def _entry(name: str, thing: Any, level: str) -> Iterator[str]:
    yield f"{level} {name}"
    if inspect.isclass(thing) and issubclass(thing, BaseException):
        yield f"A `{thing.__base__.__name__}`."
        yield from _told(_parsed(thing))
        return
    yield f"```py\n{_signature(name, thing)}\n```"
    doc = _parsed(thing)
    if inspect.isclass(thing):
        known = {attribute.name for attribute in doc["Attributes"]}
        yield from _told(doc, {n: p for n, p in _own(thing) if isinstance(p, property) and n not in known})
        for method, function in public_methods(thing).items():
            yield from _entry(f"{name}.{method}", function, level + "#")
    else:
        yield from _told(doc)


def _told(doc: Any, properties: dict[str, property] | None = None) -> Iterator[str]:
    """Everything that a docstring says, section by section."""
    yield _markdown(doc["Summary"])
    yield _markdown(doc["Extended Summary"])
    for section in ITEMS:
        items = [_item(item.name, item.type, item.desc) for item in doc[section]]
        if section == "Attributes" and properties:
            items += [_item(name, "", inspect.cleandoc(p.__doc__ or "").splitlines()) for name, p in properties.items()]
        if items:
            yield f"**{section}**"
            yield "\n".join(items)
    for section in PROSE:
        if doc[section]:
            yield f"**{section}**"
            yield _markdown(doc[section])
    if doc["See Also"]:
        yield "**See also**"
        others = [(", ".join(_linked(name) for name, _ in names), text) for names, text in doc["See Also"]]
        yield "\n".join(f"- {names}: {_markdown(text)}" for names, text in others)
    if doc["Examples"]:
        yield "**Examples**"
        yield "```pycon\n" + "\n".join(doc["Examples"]).strip("\n") + "\n```"


def _item(name: str, kind: str, description: list[str]) -> str:
    kind = _markdown([kind])
    head = f"`{name}`: {kind}".removesuffix(": ") if name else kind
    text = _markdown(description)
    return f"- {head}" + (f"\n\n{indent(text, '  ')}\n" if text else "\n")


def _signature(name: str, thing: Any) -> str:
    """A call with its defaults; annotations are told in words below it."""
    signature = inspect.signature(thing)
    kept = [
        parameter.replace(annotation=parameter.empty, default=_shown(parameter.default))
        for parameter in signature.parameters.values()
        if parameter.name != "self"
    ]
    call = f"{name}{signature.replace(parameters=kept, return_annotation=signature.empty)}"
    return "\n".join(wrap(call, WIDTH, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False))


def _shown(default: Any) -> Any:
    """Functions and classes as they are called, without their address."""
    if default is inspect.Parameter.empty or not hasattr(default, "__qualname__"):
        return default
    return type("Named", (), {"__repr__": lambda _: default.__qualname__})()


def _own(cls: type) -> Iterator[tuple[str, Any]]:
    """Public members, methods and properties, that a class of ganaug defines."""
    seen = set()
    for home in (home for home in cls.__mro__ if home.__module__.startswith("ganaug")):
        for name, member in vars(home).items():
            value = member.fget if isinstance(member, property) else getattr(cls, name)
            module = getattr(value, "__module__", None) or ""
            if not name.startswith("_") and name not in seen and callable(value) and module.startswith("ganaug"):
                seen.add(name)
                yield name, member


def _parsed(thing: Any) -> Any:
    return NumpyDocString(inspect.getdoc(thing) or "")


def _markdown(lines: list[str]) -> str:
    """reStructuredText as docstrings here use it, in Markdown."""
    text = "\n".join(lines).strip("\n")
    text = re.sub(r":\w+:`~?([^`]+)`", lambda found: _linked(found.group(1)), text)
    return re.sub(r"``(.+?)``", r"`\1`", text)


def _linked(name: str) -> str:
    short = name.removeprefix("ganaug.")
    first = short.split(".")[0]
    if first not in ganaug.__all__:
        return f"`{name}`"
    return f"[`{short}`](#{short.lower().replace('.', '')})"


if __name__ == "__main__":
    PAGE.write_text(page())
    print(f"wrote {PAGE}")
