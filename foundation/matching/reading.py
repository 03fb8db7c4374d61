"""Read scheme files (YAML, and JSON as a part of it) into plain data that remembers its lines.

Only the plain scalars that a rule file needs are recognised: text, whole numbers, true, false
and null. Dates stay text. A number with a decimal point that is not quoted is kept as a `Float`
so that the check can name it; it never becomes a Python float.
"""

from dataclasses import dataclass, field

import yaml

# Far more than any rule file; a small file of nested aliases must not fill the memory.
MAX_NODES = 200_000
MAX_DEPTH = 40

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Float:
    """A floating-point number as it was written; scheme files may not contain one."""

    text: str


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong, where in the data, in Chinese and in English."""

    path: Path
    message_zh: str
    message_en: str
    line: int = 0
    # A word that the grammar does not know is a mistake of a rule file, yet a document of cases
    # that brings its own schemes can still be computed.
    is_fatal: bool = True


@dataclass(slots=True)
class Parsed:
    """The data of a file, the line of every part of it, and what could not be read."""

    data: object = None
    lines: dict[Path, int] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)

    def line_of(self, path: Path) -> int:
        """Find the line of a part, or of the nearest part around it."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return 1


class TooLarge(ValueError):
    """The file holds more parts, or deeper ones, than a rule file can."""


def parse(text: str) -> Parsed:
    """Read a text. Mistakes of the notation itself are listed, never raised."""
    parsed = Parsed()
    try:
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
        if node is None:
            parsed.mistakes.append(Mistake((), "文件是空的", "the file is empty", 1))
        else:
            parsed.data = _Builder(parsed).build(node, (), 0)
    except TooLarge:
        parsed.mistakes.append(
            Mistake((), "文件过大或嵌套过深", "the file is too large or too deeply nested", 1)
        )
    except yaml.YAMLError as error:
        parsed.mistakes.append(_notation(error))
    return parsed


def _notation(error: yaml.YAMLError) -> Mistake:
    mark = getattr(error, "problem_mark", None)
    detail = getattr(error, "problem", None) or getattr(error, "reason", None) or "notation"
    line = mark.line + 1 if mark else 1
    return Mistake((), f"文件格式错误：{detail}", f"the notation is broken: {detail}", line)


class _Builder:
    """Walks the nodes once, keeping count."""

    def __init__(self, parsed: Parsed) -> None:
        self.parsed = parsed
        self.count = 0

    def build(self, node: yaml.Node, path: Path, depth: int) -> object:
        self.count += 1
        if self.count > MAX_NODES or depth > MAX_DEPTH:
            raise TooLarge
        self.parsed.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path, depth)
        if isinstance(node, yaml.SequenceNode):
            return [
                self.build(item, (*path, index), depth + 1) for index, item in enumerate(node.value)
            ]
        return _scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: Path, depth: int) -> dict[str, object]:
        built: dict[str, object] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self.parsed.mistakes.append(
                    Mistake(path, "键必须是文字", "a key must be plain text", line)
                )
                continue
            key = str(key_node.value)
            if key in built:
                self.parsed.mistakes.append(
                    Mistake((*path, key), f"键“{key}”重复", f"key '{key}' is given twice", line)
                )
                continue
            self.parsed.lines[(*path, key)] = line
            built[key] = self.build(value_node, (*path, key), depth + 1)
        return built


def _scalar(node: yaml.Node) -> object:
    text = str(node.value)
    kind = node.tag.rpartition(":")[2]
    if kind == "null":
        return None
    if kind == "bool" and text.lower() in ("true", "false"):
        return text.lower() == "true"
    if kind == "int" and text.lstrip("+-").isdigit():
        return int(text)
    if kind == "float":
        return Float(text)
    return text


def path_text(path: Path) -> str:
    """Write a path the way people point: `schemes[0].match.ratio`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
