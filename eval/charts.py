"""The drawings of a run: bars with whiskers, the risk-coverage curve, the calibration curve.

Trees of plain SVG in units of a pixel on a narrow phone; colours and fonts come from the style
sheet. Every chart carries its numbers as words too, in its title or beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eval.markup import Node, node

WIDTH, HEIGHT = 340, 250
_LEFT, _RIGHT, _TOP, _BOTTOM, _HEAD = 46, 14, 10, 40, 18
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
_BAR_HEIGHT = 14


@dataclass(frozen=True, slots=True)
class Axes:
    """What stands at the axes, and the scale of each as its largest value."""

    x_label: str
    y_label: str
    x_ticks: Sequence[str]
    y_ticks: Sequence[str]
    x_max: float = 1.0
    y_max: float = 1.0

    def x(self, value: float) -> float:
        return _LEFT + value / self.x_max * (WIDTH - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        return HEIGHT - _BOTTOM - value / self.y_max * (HEIGHT - _TOP - _BOTTOM)


def bar(value: float, low: float | None, high: float | None, kind: str = "") -> Node:
    """A bar from 0 to ``value`` of 1, with a whisker from ``low`` to ``high``."""
    middle = _BAR_HEIGHT / 2
    parts = [
        node("rect", x=0, y=0, width=100, height=_BAR_HEIGHT, class_="track"),
        node(
            "rect", x=0, y=0, width=value * 100, height=_BAR_HEIGHT, class_=f"fill {kind}".strip()
        ),
    ]
    if low is not None and high is not None:
        parts += [
            _whisker(low, middle, high, middle),
            _whisker(low, 3, low, _BAR_HEIGHT - 3),
            _whisker(high, 3, high, _BAR_HEIGHT - 3),
        ]
    return _flat(*parts)


def change(value: float, low: float | None, high: float | None, scale: float, kind: str) -> Node:
    """A bar from the middle to ``value``, to the left where it is negative; ``scale`` is the end."""
    at, middle = 50 + value / scale * 50, _BAR_HEIGHT / 2
    left = min(at, 50.0)
    parts = [
        node("rect", x=0, y=0, width=100, height=_BAR_HEIGHT, class_="track"),
        node("rect", x=left, y=0, width=abs(at - 50), height=_BAR_HEIGHT, class_=f"fill {kind}"),
        _whisker(0.5, 0, 0.5, _BAR_HEIGHT),
    ]
    if low is not None and high is not None:
        ends = [0.5 + bound / scale / 2 for bound in (low, high)]
        parts.append(_whisker(ends[0], middle, ends[1], middle))
        parts += [_whisker(end, 3, end, _BAR_HEIGHT - 3) for end in ends]
    return _flat(*parts)


def _flat(*parts: Node, kind: str = "bar") -> Node:
    """A drawing as wide as its place; what it shows is told in words beside it."""
    return node(
        "svg",
        *parts,
        class_=kind,
        viewBox=f"0 0 100 {_BAR_HEIGHT}",
        preserveAspectRatio="none",
        aria_hidden="true",
    )


def _whisker(x1: float, y1: float, x2: float, y2: float) -> Node:
    effect = {"vector-effect": "non-scaling-stroke"}
    return node("line", x1=x1 * 100, y1=y1, x2=x2 * 100, y2=y2, class_="whisker", **effect)


def stack(shares: Sequence[tuple[str, float]]) -> Node:
    """One bar of shares that add up to 1; each is a class of the style sheet and its share."""
    parts, at = [], 0.0
    for kind, share in shares:
        x, width = at * 100, share * 100
        parts.append(node("rect", x=x, y=0, width=width, height=_BAR_HEIGHT, class_=f"o-{kind}"))
        at += share
    return _flat(*parts, kind="bar stack")


def curve(
    title: str,
    points: Sequence[tuple[float, float]],
    axes: Axes,
    here: float | None = None,
    height: float | None = None,
) -> Node:
    """A line through ``points``, left to right, and an upright one at ``here``, with a dot on it at
    ``height``."""
    marks = [node("path", d=_steps(points, axes), class_="curve")]
    if here is not None:
        x = axes.x(here)
        marks.append(node("line", x1=x, y1=axes.y(0), x2=x, y2=axes.y(axes.y_max), class_="ideal"))
    if here is not None and height is not None:
        marks.append(_dot(axes.x(here), axes.y(height), 5, title))
    return _chart(title, axes, *marks)


def calibration(
    title: str, bins: Sequence[tuple[float, float, int]], axes: Axes, labels: Sequence[str]
) -> Node:
    """Dots of (stated, observed, cases), larger for more cases, over the line of perfect honesty.

    ``labels`` say the cases of each dot in words.
    """
    most = max((n for _, _, n in bins), default=1)
    ideal = node("line", x1=axes.x(0), y1=axes.y(0), x2=axes.x(1), y2=axes.y(1), class_="ideal")
    line = node("path", d=_steps([(x, y) for x, y, _ in bins], axes), class_="curve thin")
    dots = [
        _dot(axes.x(stated), axes.y(observed), 3 + 5 * (n / most) ** 0.5, label)
        for (stated, observed, n), label in zip(bins, labels, strict=True)
    ]
    return _chart(title, axes, ideal, line, *dots)


def _steps(points: Sequence[tuple[float, float]], axes: Axes) -> str:
    drawn = [f"{axes.x(x):.1f} {axes.y(y):.1f}" for x, y in points]
    return f"M{' L'.join(drawn)}" if drawn else ""


def _dot(x: float, y: float, radius: float, label: str) -> Node:
    return node("circle", node("title", label), cx=x, cy=y, r=radius, class_="dot")


def _chart(title: str, axes: Axes, *marks: Node) -> Node:
    return node(
        "svg",
        node("title", title),
        *_grid(axes),
        *marks,
        node(
            "text",
            axes.x_label,
            x=(_LEFT + WIDTH - _RIGHT) / 2,
            y=HEIGHT - 6,
            text_anchor="middle",
            class_="axis",
        ),
        node("text", axes.y_label, x=4, y=-6, class_="axis"),
        class_="chart",
        viewBox=f"0 {-_HEAD} {WIDTH} {HEIGHT + _HEAD}",
        role="img",
        aria_label=title,
    )


def _grid(axes: Axes) -> list[Node]:
    lines = []
    for share, text in zip(_TICKS, axes.y_ticks, strict=True):
        y = axes.y(share * axes.y_max)
        lines.append(node("line", x1=_LEFT, y1=y, x2=WIDTH - _RIGHT, y2=y, class_="grid"))
        lines.append(node("text", text, x=_LEFT - 6, y=y + 4, text_anchor="end", class_="tick"))
    for share, text in zip(_TICKS, axes.x_ticks, strict=True):
        x = axes.x(share * axes.x_max)
        y = HEIGHT - _BOTTOM + 16
        lines.append(node("text", text, x=x, y=y, text_anchor="middle", class_="tick"))
    return lines
