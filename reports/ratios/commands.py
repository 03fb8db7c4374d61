"""Commands of the ratios: compute them over a table of foundation-years."""

from pathlib import Path

import click

from foundation.command_context import CommandContext, pass_context
from reports.ratios.results import compute_csv
from reports.ratios.rules import Profile


@click.group(help="支出比例：按规则计算与判断。")
def ratios() -> None:
    """Group the commands for ratios."""


@ratios.command("compute", help="计算一张“基金会—年度”表（csv）中每一行的比例、判断和提示。")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--public-fundraising", is_flag=True, help="具有公开募捐资格。")
@pass_context
def compute(context: CommandContext, file: Path, *, public_fundraising: bool) -> None:
    """Compute ratios, verdicts and flags for every row of a file."""
    rows = compute_csv(file, profile=Profile(public_fundraising=public_fundraising))
    lines = [
        "\t".join(
            [
                str(row.get("foundation_id") or row.get("foundation") or ""),
                str(row.get("fiscal_year") or row.get("year") or ""),
                *(f"{flag['code']}: {flag['message']}" for flag in row["flags"]),
            ]
        )
        for row in rows
    ]
    context.answer({"rows": rows}, lines)


COMMANDS: tuple[click.Command, ...] = (ratios,)
