"""Help of commands in another language: copies of commands whose sentences are looked up.

The commands themselves are constants and stay as they are, so that one process can answer in
both languages.
"""

import copy
from collections.abc import Iterator, Mapping

import click


def translated(command: click.Command, known: Mapping[str, str]) -> click.Command:
    """Return a copy of a command, with everything below it, in the language of a catalogue."""
    copied = copy.copy(command)
    copied.help = _in(known, command.help)
    copied.short_help = _in(known, command.short_help)
    copied.epilog = _in(known, command.epilog)
    copied.params = [_parameter(parameter, known) for parameter in command.params]
    if isinstance(copied, click.Group) and isinstance(command, click.Group):
        copied.commands = {name: translated(sub, known) for name, sub in command.commands.items()}
    return copied


def sentences(command: click.Command) -> Iterator[str]:
    """Yield every sentence of help of a command and of everything below it."""
    yield from (text for text in (command.help, command.short_help, command.epilog) if text)
    for parameter in command.params:
        if isinstance(parameter, click.Option) and parameter.help:
            yield parameter.help
    if isinstance(command, click.Group):
        for _name, sub in sorted(command.commands.items()):
            yield from sentences(sub)


def _parameter(parameter: click.Parameter, known: Mapping[str, str]) -> click.Parameter:
    if not isinstance(parameter, click.Option):
        return parameter
    copied = copy.copy(parameter)
    copied.help = _in(known, parameter.help)
    return copied


def _in(known: Mapping[str, str], text: str | None) -> str | None:
    return None if text is None else known.get(text, text)
