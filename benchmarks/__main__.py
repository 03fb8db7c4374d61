"""Run the measurements: `python -m benchmarks [posting] [importing] [reading]
[statements] [packs] [check] [documents] [killing]`."""

import platform
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks import (
    banking,
    documents,
    importing,
    killing,
    matching,
    packs,
    places,
    posting,
    projects,
    reading,
    statements,
)

MEASUREMENTS: dict[str, Callable[[Path, str], list[str]]] = {
    "posting": posting.run,
    "importing": importing.run,
    "reading": reading.run,
    "matching": matching.run,
    "statements": statements.run,
    "packs": packs.run,
    "check": reading.run_check,
    "projects": projects.run,
    "documents": documents.run,
    "killing": killing.run,
    "banking": banking.run,
}


def main(wanted: list[str]) -> None:
    """Run what is asked for, or everything, and print tables for the README."""
    unknown = [name for name in wanted if name not in MEASUREMENTS]
    if unknown:
        raise SystemExit(f"unknown: {', '.join(unknown)}; there are {', '.join(MEASUREMENTS)}")
    print(f"{platform.platform()}, Python {platform.python_version()}", flush=True)
    with places.folder() as where, places.postgresql(where) as server:
        for name in wanted or MEASUREMENTS:
            print(f"\n## {name}\n", flush=True)
            for row in MEASUREMENTS[name](where, server):
                print(row, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
