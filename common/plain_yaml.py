"""YAML as plain data with the line of each part.

Anchors, aliases and tags are refused: what is read here is read by people too, and says each
thing where it holds; and a few lines of aliases can unfold to gigabytes.
"""

from typing import Any

import yaml

MOST_CHARACTERS = 200_000
MOST_DEPTH = 20

Path = tuple[str | int, ...]
Lines = dict[Path, int]


class YamlProblem(ValueError):
    """The text is not what was asked for; `problems` says why, each with its line."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


def read_yaml(text: str, *, as_text: bool = False) -> tuple[Any, Lines]:
    """Return the data and the line of each part. Raises YamlProblem for what is no plain YAML.

    With `as_text` every value is kept as it is written: `Yes` is a word there, not a truth value.
    """
    if len(text) > MOST_CHARACTERS:
        raise YamlProblem([f"The file is longer than {MOST_CHARACTERS} characters."])
    try:
        _refuse_references(text)
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        line = _line(error.problem_mark)
        raise YamlProblem([f"line {line}: {error.problem or 'not YAML'}."]) from None
    except (yaml.YAMLError, RecursionError, UnicodeEncodeError) as error:
        what = "nested too deeply" if isinstance(error, RecursionError) else "not plain text"
        raise YamlProblem([f"The file is not YAML: it is {what}."]) from None
    if node is None:
        raise YamlProblem(["The file is empty."])
    lines: Lines = {}
    return _build(node, (), lines, as_text=as_text), lines


def _line(mark: Any | None) -> int:  # noqa: ANN401 - PyYAML has two kinds of mark
    return mark.line + 1 if mark is not None else 1


def _refuse_references(text: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        line = _line(event.start_mark)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise YamlProblem([f"line {line}: anchors and aliases are not used; write it out."])
        if getattr(event, "tag", None):
            raise YamlProblem([f"line {line}: tags are not used."])
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > MOST_DEPTH:
            raise YamlProblem([f"line {line}: nested more than {MOST_DEPTH} levels deep."])


def _build(node: yaml.Node, path: Path, lines: Lines, *, as_text: bool) -> object:
    """Turn nodes into plain data, noting the line of each and refusing a key given twice."""
    lines[path] = _line(node.start_mark)
    if isinstance(node, yaml.SequenceNode):
        return [
            _build(item, (*path, number), lines, as_text=as_text)
            for number, item in enumerate(node.value)
        ]
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key_node, value in node.value:
            line = _line(key_node.start_mark)
            key = getattr(key_node, "value", None)
            if not isinstance(key, str) or not _is_storable(key):
                raise YamlProblem([f"line {line}: a key must be plain text."])
            if key in found:
                raise YamlProblem([f"line {line}: the key {key!r} is given twice."])
            found[key] = _build(value, (*path, key), lines, as_text=as_text)
            lines[(*path, key)] = line
        return found
    return _scalar(node, as_text=as_text)


def _scalar(node: yaml.Node, *, as_text: bool) -> object:
    line = _line(node.start_mark)
    if not _is_storable(node.value):
        raise YamlProblem([f"line {line}: the text holds a character that cannot be kept."])
    if as_text:
        return node.value
    if node.tag in {f"tag:yaml.org,2002:{kind}" for kind in ("str", "int", "bool", "null")}:
        try:
            return yaml.constructor.SafeConstructor().construct_object(node)
        except (ValueError, yaml.YAMLError):
            pass
    raise YamlProblem([f"line {line}: {node.value[:60]!r} must be text in quotes or a number."])


def _is_storable(text: str) -> bool:
    """PostgreSQL keeps neither NUL nor half of a surrogate pair."""
    return not any(char == "\x00" or "\ud800" <= char <= "\udfff" for char in text)


def place(path: Path, lines: Lines) -> str:
    """Name a part of the file, its line first."""
    line = next(lines[path[:end]] for end in range(len(path), -1, -1) if path[:end] in lines)
    name = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return f"line {line}: {name.lstrip('.') or 'the file'}"
