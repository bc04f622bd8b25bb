"""Elements as values: written as HTML for a file, or as data for a page that builds them itself.

The same tree serves both, so a report and a page cannot disagree. Text and attributes are plain
text throughout and are escaped in one place, ``to_html``; a tree holds no script, link or handler.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

TAGS: Final = frozenset(
    "div section span p h1 h2 h3 ul ol li dl dt dd table caption thead tbody tr th td figure figcaption"
    " details summary strong small bdi code blockquote mark"
    " svg g title path rect line circle text".split()
)
ATTRIBUTES: Final = frozenset(
    "class lang dir role scope id tabindex aria-label aria-hidden viewBox preserveAspectRatio"
    " d x y x1 y1 x2 y2 cx cy r width height text-anchor vector-effect transform open".split()
)


@dataclass(frozen=True, slots=True)
class Node:
    """An element; ``children`` are elements and texts in order."""

    tag: str
    attributes: Mapping[str, str]
    children: tuple[Child, ...]


Child: TypeAlias = "Node | str"


def node(tag: str, *children: Child, **attributes: object) -> Node:
    """An element; ``class_`` is ``class`` and ``aria_label`` is ``aria-label``.

    Raises:
        ValueError: a tag or an attribute that no page of ours needs.
    """
    named = {name.rstrip("_").replace("_", "-"): _plain(v) for name, v in attributes.items()}
    unknown = sorted({tag} - TAGS) + sorted(set(named) - ATTRIBUTES)
    if unknown:
        raise ValueError(f"{unknown[0]!r}: neither a known tag nor a known attribute")
    return Node(tag, named, children)


def foreign(text: str, language: str = "") -> Node:
    """Text that is not ours: its writing direction stays inside."""
    return node("bdi", text, lang=language) if language else node("bdi", text)


def to_html(child: Child) -> str:
    """The element as HTML; what UTF-8 cannot carry becomes a question mark."""
    if isinstance(child, str):
        return _escaped(child)
    inside = "".join(to_html(inner) for inner in child.children)
    given = "".join(f' {name}="{_escaped(value)}"' for name, value in child.attributes.items())
    return f"<{child.tag}{given}>{inside}</{child.tag}>"


def to_data(child: Child) -> Any:
    """The element as JSON takes it: a text, or ``[tag, attributes, children]``."""
    if isinstance(child, str):
        return child.encode("utf-8", "replace").decode()
    return [child.tag, dict(child.attributes), [to_data(inner) for inner in child.children]]


def _plain(value: object) -> str:
    """Numbers of a drawing to a tenth, without a needless ``.0``."""
    return f"{round(value, 1):g}" if isinstance(value, float) else str(value)


def _escaped(text: str) -> str:
    return html.escape(text.encode("utf-8", "replace").decode())
