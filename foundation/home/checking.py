"""Running the integrity suite, keeping what it found, and leading from a finding to its row.

The suite itself is in `ledger.integrity` and beside the features; `wsgi` joins its parts. A run is
kept so that the desk can say how the books stand without proving everything again.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from flask import Flask, current_app
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.home.models import CheckRun
from foundation.http.navigation import link
from ledger import chains, integrity
from ledger.clock import Clock
from ledger.integrity import Check, Finding
from ledger.periods import text_of
from ledger.vouchers import Voucher, VoucherState

# More rows than anybody reads; the command lists them all.
MOST_KEPT = 200
_EXTENSION = "foundation.checks"
_VOUCHER = re.compile(r"#(\d{1,18})")
_GIFT = re.compile(r"gift (\d{1,18})\b")
_BATCH = re.compile(r"batch (\d{1,18})\b")
_FUND = re.compile(r"fund ([^\s:]+)")
_PERIOD = re.compile(r"\bperiod (\d{6})\b")


@dataclass(frozen=True, slots=True)
class Result:
    """What one run found."""

    checks: int
    vouchers: int
    chain_head: str
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> int:
        """How many findings are errors rather than warnings."""
        return sum(1 for item in self.findings if item.severity == "error")


@dataclass(frozen=True, slots=True)
class KeptRun:
    """A run that was kept; `findings` are the first of them."""

    run_at: datetime
    run_by: str | None
    checks: int
    vouchers: int
    errors: int
    warnings: int
    chain_head: str
    findings: tuple[Finding, ...]

    @property
    def count(self) -> int:
        """How many findings there were."""
        return self.errors + self.warnings


def install(app: Flask, checks: Sequence[Check]) -> None:
    """Tell the application the whole suite; without this its pages run that of the ledger."""
    app.extensions[_EXTENSION] = tuple(checks)


def suite() -> tuple[Check, ...]:
    """Return the checks that the application knows."""
    known: tuple[Check, ...] = current_app.extensions.get(_EXTENSION, integrity.CHECKS)
    return known


def run(
    session: Session, checks: Sequence[Check], *, advance: Callable[[int], None] | None = None
) -> Result:
    """Run the suite in one snapshot. Writes nothing."""
    found: list[Finding] = []
    for one in checks:
        found += integrity.run(session, [one])
        if advance is not None:
            advance(1)
    posted = select(func.count()).select_from(Voucher).where(Voucher.state == VoucherState.POSTED)
    return Result(
        checks=len(checks),
        vouchers=session.execute(posted).scalar_one(),
        chain_head=chains.chain_head(session),
        findings=tuple(found),
    )


def keep(session: Session, result: Result, *, actor: str | None, clock: Clock) -> None:
    """Keep what a run found."""
    rows = [asdict(finding) for finding in result.findings[:MOST_KEPT]]
    session.add(
        CheckRun(
            run_at=clock.now(),
            run_by=actor,
            check_count=result.checks,
            voucher_count=result.vouchers,
            error_count=result.errors,
            warning_count=len(result.findings) - result.errors,
            chain_head=result.chain_head,
            findings=json.dumps(rows, ensure_ascii=False),
        )
    )


def last(session: Session) -> KeptRun | None:
    """Return the run that was kept last."""
    row = session.execute(select(CheckRun).order_by(CheckRun.id.desc()).limit(1)).scalar()
    return None if row is None else _kept(row)


def recent(session: Session, *, count: int = 20) -> list[KeptRun]:
    """Return the last runs, the latest first."""
    rows = session.execute(select(CheckRun).order_by(CheckRun.id.desc()).limit(count)).scalars()
    return [_kept(row) for row in rows]


def _kept(row: CheckRun) -> KeptRun:
    return KeptRun(
        run_at=row.run_at,
        run_by=row.run_by,
        checks=row.check_count,
        vouchers=row.voucher_count,
        errors=row.error_count,
        warnings=row.warning_count,
        chain_head=row.chain_head,
        findings=tuple(Finding(**fields) for fields in json.loads(row.findings)),
    )


def address_of(finding: Finding) -> str | None:
    """Return the page of the row that a finding names, where there is one."""
    row = finding.row
    if found := _GIFT.match(row):
        return link("gifts.index", q=f"G{found[1]}")
    if found := _VOUCHER.search(row):
        return link("books.voucher", voucher_id=int(found[1]))
    if found := _BATCH.match(row):
        return link("imports.show", batch_id=int(found[1]))
    if (found := _PERIOD.search(row)) and int(found[1]) % 100:
        return link("books.vouchers", period=text_of(int(found[1])))
    if found := _FUND.match(row):
        return link("funds.show", code=found[1])
    return None
