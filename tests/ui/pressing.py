"""What a person presses in parts of the pages that Streamlit's own test driver does not know."""

from __future__ import annotations

import html
import json
import re

from streamlit.components.v2.bidi_component.main import _make_trigger_id
from streamlit.testing.v1 import AppTest

_BUTTON = re.compile(
    r'<button[^>]* data-press="(.*?)" data-turn="(.*?)" data-value="(.*?)"([^>]*)>(.*?)</button>'
)
_SIGN = re.compile(r'<span class="b-icon".*?</span>|<.*?>|[\u2066-\u2069]')


def tell(page: AppTest, part: str, event: str, value: object) -> AppTest:
    """What the script of a part tells the server."""
    shown = next(e for e in page.get("bidi_component") if e.key == part)
    states = page._tree.get_widget_states()
    told = states.widgets.add()
    told.id = _make_trigger_id(shown.proto.id, "events")
    told.json_trigger_value = json.dumps([{"event": event, "value": value}])
    return page._run(states)


def buttons(page: AppTest) -> dict[str, str]:
    """The plain buttons of the page that can be pressed, as in ``judge 1 good``, with their labels."""
    bodies = "".join(element.body for element in page.get("html"))
    return {
        f"{act} {turn} {value}".strip(): html.unescape(_SIGN.sub("", label))
        for act, turn, value, state, label in _BUTTON.findall(bodies)
        if "disabled" not in state
    }


def press(page: AppTest, name: str) -> AppTest:
    """Press a plain button, as ``reader.js`` has it."""
    assert name in buttons(page)
    act, turn, *value = name.split()
    if act != "open":
        pressed = {"press": act, "turn": int(turn), "value": "".join(value)}
        return tell(page, "reader_part", "pressed", pressed)
    number, _, other = value[0].partition("-")
    place = {"turn": int(turn), "number": int(number), "other": int(other or 0)}
    return tell(page, "reader_part", "opened", place)
