"""`--help` in both languages, for every command there is."""

import re
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

import wsgi
from foundation import command_help
from foundation.cli import Root

CHINESE = re.compile(r"[\u3400-\u9fff]")


def paths(group: click.Group, before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, command in sorted(group.commands.items()):
        yield (*before, name)
        if isinstance(command, click.Group):
            yield from paths(command, (*before, name))


COMMANDS = [(), *paths(wsgi.command_line())]


def help_of(*options: str) -> str:
    done = CliRunner().invoke(wsgi.command_line(), [*options, "--help"])
    assert done.exit_code == 0, done.output
    return done.output


def test_every_command_helps_in_english() -> None:
    written = {" ".join(path): help_of("--lang", "en", *path) for path in COMMANDS}

    # Examples of headings in a Chinese file stay as they are.
    chinese = {
        name: found
        for name, text in written.items()
        if (found := CHINESE.findall(text.replace("捐款额", "").replace("询问", "")))
    }
    assert chinese == {}


def test_every_sentence_of_help_is_in_the_catalogue() -> None:
    root = wsgi.command_line()
    assert isinstance(root, Root)
    known = root.english()

    missing = {text for text in command_help.sentences(root) if CHINESE.search(text)} - set(known)
    assert missing == set()


@pytest.mark.parametrize("path", [(), ("check",), ("gifts", "import")])
def test_help_is_chinese_unless_another_language_is_asked_for(path: tuple[str, ...]) -> None:
    before = help_of(*path)
    assert CHINESE.search(before)
    help_of("--lang", "en", *path)
    assert help_of(*path) == before


def test_help_of_the_whole_names_the_groups_in_english() -> None:
    text = help_of("--lang", "en")

    assert "The books of a university foundation" in text
    assert "Vouchers: import, list, review, post, reverse." in text
