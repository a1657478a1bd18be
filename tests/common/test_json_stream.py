"""JSON read piece by piece: the same values as at once, whatever the blocks, and within limits."""

import json
import math
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.json_stream import DEEPEST, MOST_BRACKETS, JsonProblem, JsonReader


def blocks(content: bytes, size: int) -> Iterator[bytes]:
    for at in range(0, len(content), size):
        yield content[at : at + size]


def reader(content: str | bytes, size: int = 7) -> JsonReader:
    return JsonReader(blocks(content.encode() if isinstance(content, str) else content, size))


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False)
    | st.text()
    | st.text('"\\{}[], a', max_size=30),
    lambda inner: st.lists(inner) | st.dictionaries(st.text('"\\{}[]a', max_size=5), inner),
    max_leaves=15,
)


@given(st.dictionaries(st.text(max_size=5), VALUES), st.integers(1, 40), st.booleans(), st.data())
def test_what_is_taken_is_what_stands_there_and_the_rest_is_passed_over(
    document: dict, size: int, escaped: bool, data: st.DataObject
) -> None:
    wanted = {key for key in document if data.draw(st.booleans())}
    content = json.dumps(
        document, ensure_ascii=escaped, indent=data.draw(st.sampled_from([None, 1]))
    )
    reading = reader(content.encode(errors="surrogatepass") if escaped else content, size)
    found = {key: reading.value() for key in reading.members() if key in wanted}
    reading.end()
    assert found == {key: document[key] for key in wanted}


@given(st.lists(VALUES), st.integers(1, 40))
def test_elements_are_taken_one_by_one(values: list, size: int) -> None:
    reading = reader(json.dumps(values), size)
    assert [reading.value() for _ in reading.elements()] == values
    reading.end()


@given(st.lists(st.dictionaries(st.just("id"), VALUES, min_size=1)), st.integers(1, 40))
def test_documents_follow_one_another_as_in_json_lines(values: list, size: int) -> None:
    reading = reader("\n".join(map(json.dumps, values)) + "\n", size)
    found = []
    for _ in reading.documents():
        found += [{key: reading.value()} for key in reading.members()]
    assert found == values


def test_what_is_inside_of_what_is_inside_can_be_left() -> None:
    reading = reader('{"a": {"b": [1, {"c": 2}], "d": 3}, "e": [[4], [5, 6]], "f": 7}')
    found: list[object] = []
    for key in reading.members():
        if key == "a":
            found += list(reading.members())
        elif key == "e":
            found += list(reading.elements())
        else:
            found.append(reading.value())
    reading.end()
    assert found == ["b", "d", 0, 1, 7]


def test_a_value_tells_how_it_begins() -> None:
    for content, kind in (("{}", "{"), (" [1]", "["), ('"x"', '"'), ("-1", "-"), ("", "")):
        assert reader(content).kind() == kind


def test_numbers_beside_the_standard_are_read_as_python_writes_them() -> None:
    assert math.isnan(reader("NaN").value())  # type: ignore[arg-type]
    assert reader("-Infinity").value() == -math.inf


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("", "ends in the middle"),
        ("{", "ends in the middle"),
        ('{"a"', "ends in the middle"),
        ('{"a": ', "ends in the middle"),
        ('{"a": 1', "ends in the middle"),
        ('{"a": "x', "ends in the middle"),
        ('{"a": "x\\', "ends in the middle"),
        ('{"a": [1, 2', "ends in the middle"),
        ('{"a": 1,}', "is not JSON"),
        ('{"a" 1}', "is not JSON"),
        ("{1: 1}", "is not JSON"),
        ('{"a": }', "is not JSON"),
        ('{"a": 1]', "is not JSON"),
        ('{"a": 1 "b": 2}', "is not JSON"),
        ("[1]", "is not JSON"),
        ('{"a": 1} x', "goes on behind its end"),
        ('{"a": 1, "a": 2}', "key 'a' twice"),
        (b'{"a": "\xff"}', "is not UTF-8"),
        (b'{"a": "\xe2\x82', "is not UTF-8"),
        ('{"a": ' + "9" * 10_000 + "}", "number of endless length"),
        ('{"' + "k" * 70_000 + '": 1}', "key of endless length"),
    ],
)
@pytest.mark.parametrize("size", [1, 3, 4096])
def test_what_is_broken_is_refused_even_where_it_is_passed_over(
    content: str | bytes, problem: str, size: int
) -> None:
    def pass_over() -> None:
        reading = reader(content, size)
        for _ in reading.members():
            pass
        reading.end()

    with pytest.raises(JsonProblem, match=problem):
        pass_over()


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("[1, tru]", "is not JSON"),
        ("[1 2]", "is not JSON"),
        ('["\n"]', "is not JSON"),
        ("[01]", "is not JSON"),
        ('{"a": 1, "a": 1}', "key 'a' twice"),
        ('[{"b": {"a": 1, "a": 1}}]', "key 'a' twice"),
        (f"[{'1' * 41}]", "a number of 41 digits"),
        ("[" + "[]," * MOST_BRACKETS + "1]", "more than 100000 brackets"),
        ('"' + "x" * 5_000_000 + '"', "more than 4194304 bytes"),
    ],
)
def test_what_is_taken_is_held_to_the_standard_and_to_its_limits(
    content: str, problem: str
) -> None:
    with pytest.raises(JsonProblem, match=problem):
        reader(content, 4096).value()


def test_what_is_too_long_is_left_where_it_may_be() -> None:
    reading = reader('{"a": "' + "x" * 100 + '", "b": 1, "c": [' + "[]," * 100_001 + "1]}", 4096)
    found = {key: reading.short(90, "long") for key in reading.members()}
    assert found == {"a": "long", "b": 1, "c": "long"}


@pytest.mark.parametrize("size", [1, 1000, 65536])
@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_depth_is_counted_from_the_top_before_anything_recurses(opening: str, size: int) -> None:
    closing = {"[": "]", '{"a":': "}"}[opening]

    def nested(depth: int) -> str:
        return '{"x": ' + opening * depth + "1" + closing * depth + "}"

    def read(content: str, *, take: bool) -> None:
        reading = reader(content, size)
        for _ in reading.members():
            reading.value() if take else reading.skip()
        reading.end()

    for take in (True, False):
        read(nested(DEEPEST - 1), take=take)
        for depth in (DEEPEST, 10_000):
            with pytest.raises(JsonProblem, match="deeper than 200 levels"):
                read(nested(depth), take=take)


def test_depth_is_counted_while_it_is_gone_into() -> None:
    def go(reading: JsonReader) -> None:
        for _ in reading.elements():
            if reading.kind() == "[":
                go(reading)

    go(reader("[" * DEEPEST + "]" * DEEPEST))
    with pytest.raises(JsonProblem, match="deeper than 200 levels"):
        go(reader("[" * 201 + "]" * 201))


def test_memory_stays_flat_while_much_is_passed_over() -> None:
    def endless() -> Iterator[bytes]:
        yield b'{"messages": ['
        for _ in range(300):
            yield b'{"role": "user", "content": "' + b'x\\n\\"' * 13_000 + b'"},'
        yield b'{}], "id": 5}'

    tracemalloc.start()
    reading = JsonReader(endless())
    found = {key: reading.value() for key in reading.members() if key == "id"}
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found == {"id": 5}
    assert most < 3_000_000
