"""Every value of a JSON text is found on the line where an editor shows it."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.routing.roster.lines import Location, line_at, lines_of

_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def _every(value: Any, location: Location = ()) -> list[Location]:
    inner: list[Location] = []
    if isinstance(value, dict):
        inner = [each for name, part in value.items() for each in _every(part, (*location, name))]
    if isinstance(value, list):
        inner = [each for index, part in enumerate(value) for each in _every(part, (*location, index))]
    return [location, *inner]


@given(_values, st.sampled_from([None, 0, 1, "\t"]), st.booleans())
def test_every_value_has_a_line_and_lines_never_go_back(value: Any, indent: Any, plain: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=not plain)
    lines = lines_of(text)
    assert sorted(map(repr, lines)) == sorted(map(repr, _every(value)))
    numbers = list(lines.values())
    assert numbers == sorted(numbers) and all(1 <= number <= text.count("\n") + 1 for number in numbers)


def test_a_missing_field_is_named_by_what_lacks_it() -> None:
    lines = lines_of('{\n "members": [\n  {"code": "a"},\n  {\n  "code":\n "b"}\n ]\n}')
    assert line_at(lines, ("members", 1, "code")) == 6
    assert line_at(lines, ("members", 1, "stations")) == 4
    assert line_at(lines, ("townships",)) == 1
