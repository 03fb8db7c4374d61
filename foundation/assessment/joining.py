"""What the reports add when the application is joined: probes, titles of reports and files."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from flask import Flask, current_app

from foundation.assessment import probes
from foundation.assessment.probing import Probe
from foundation.duties.loading import Words

_EXTENSION = "foundation.assessment"


@dataclass(frozen=True, slots=True)
class Joined:
    """Every probe, and the titles of reports by id and of pack files by number."""

    probes: Mapping[str, Probe]
    reports: Mapping[str, Words] = field(default_factory=dict)
    files: Mapping[str, Words] = field(default_factory=dict)


def install(
    app: Flask,
    more: Mapping[str, Probe],
    *,
    reports: Mapping[str, Words],
    files: Mapping[str, Words],
) -> None:
    """Add what a package above this one knows."""
    app.extensions[_EXTENSION] = Joined({**probes.OWN, **more}, reports, files)


def joined() -> Joined:
    """Return what the application knows; without the reports our own probes."""
    return cast(Joined, current_app.extensions.get(_EXTENSION) or Joined(probes.OWN))


def every() -> Mapping[str, Probe]:
    """Return every probe of the application."""
    return joined().probes
