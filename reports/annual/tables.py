"""The tables of the annual report, filled: one for each table of the form of the year."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy.orm import Session

from foundation.annual_report import queries as written
from foundation.annual_report.places import places
from foundation.assets import queries as assets
from foundation.assets.models import InvestmentKind
from foundation.parties.models import DealingKind
from reports import ageing, parties
from reports.annual import figures
from reports.annual.figures import Spending
from reports.annual.forms import FormRow, FormTable, form_of
from reports.parameters import Parameters
from reports.period_range import parse_range
from reports.ratios import computing
from reports.ratios.figures import History
from reports.tables import Emphasis, Kind, Label, Row, Table, Value

_KINDS = {
    InvestmentKind.WEALTH_PRODUCT: Label("短期投资（委托理财）", "Wealth product"),
    InvestmentKind.LONG_TERM_BOND: Label("长期债权投资", "Long-term bond"),
    InvestmentKind.EQUITY: Label("长期股权投资", "Equity"),
}
_SECTIONS = {
    "receivables": Label("应收款项", "Receivables"),
    "prepayments": Label("预付账款", "Prepayments"),
    "payables": Label("应付款项", "Payables"),
    "advance_receipts": Label("预收账款", "Advance receipts"),
}
_AGES = ("1年以内", "1至2年", "2至3年", "3年以上")
_TOP = 5


@dataclass(frozen=True, slots=True)
class Filling:
    """What the tables of one year are filled from."""

    session: Session
    parameters: Parameters
    year: int
    spending: Spending
    history: History


def of_year(session: Session, parameters: Parameters) -> Iterator[tuple[FormTable, Table]]:
    """Yield every table of the form of a year."""
    year = parameters.period.year
    asked = figures.of_year(parameters, year)
    reported, found = figures.history(session, asked)
    filling = Filling(session, asked, year, found[year], reported)
    form = form_of(year)
    for layout in form.tables:
        rows = tuple(_ROWS[layout.id](filling, layout))
        yield (
            layout,
            Table(
                id=f"annual_{layout.id}",
                title=layout.name,
                columns=layout.columns,
                rows=rows,
                heading=parameters.heading,
                totals=_totals(layout, rows),
                subtitle=form.title,
                notes=(
                    Label(
                        f"格式依据：{layout.source}（等级 {layout.grade.value}）",
                        f"Layout: grade {layout.grade.value}",
                    ),
                ),
            ),
        )


def _totals(layout: FormTable, rows: tuple[Row, ...]) -> dict[str, int]:
    """Lists end with a sum; tables with fixed rows have theirs in the rows."""
    if layout.rows or layout.id in ("words", "ageing", "ageing_top"):
        return {}
    sums: dict[str, int] = {}
    for place, column in enumerate(layout.columns):
        if column.kind is Kind.MONEY:
            cells = [row.cells[place] for row in rows]
            sums[column.key] = sum(cell for cell in cells if isinstance(cell, int))
    return sums


def _donations(filling: Filling, layout: FormTable) -> Iterator[Row]:
    split = figures.donations_split(filling.session, filling.parameters)
    texts = written.texts(filling.session, filling.year)
    for row in layout.rows:
        if row.code == "non_charitable":
            text = texts.get("non_charitable_donations")
            minor = (text.amount_minor or 0) if text is not None else 0
            yield _fixed(row, minor, 0, minor)
        else:
            cash, kind = split[row.code]
            yield _fixed(row, cash, kind, cash + kind)


def _large(filling: Filling, _layout: FormTable) -> Iterator[Row]:
    found, purposes = parties.large(filling.session, filling.parameters)
    for one in found:
        purpose = purposes.get(one.donor_id, "")
        yield Row((one.shown_name, one.cash_minor, one.kind_minor, purpose))


def _spending(filling: Filling, layout: FormTable) -> Iterator[Row]:
    spent = filling.spending
    amounts = {line: spent.reported(line) for line in figures.LINES}
    amounts["net_assets_before"] = spent.net_assets_before
    amounts["management"] = spent.reported("wages") + spent.reported("office")
    amounts["other_2017"] = amounts["other"]
    for row in layout.rows:
        if row.ratio:
            ratio = computing.ratio(row.ratio, filling.history, fiscal_year=filling.year)
            yield _fixed(row, None, ratio.printed)
        else:
            yield _fixed(row, amounts[row.code], "")


def _words(filling: Filling, _layout: FormTable) -> Iterator[Row]:
    texts = written.texts(filling.session, filling.year)
    for code, place in places().items():
        text = texts.get(code)
        if text is None and place.adjusts:
            continue
        words = text.words if text is not None else ""
        minor = text.amount_minor if text is not None else None
        yield Row((Label(place.zh, place.en), minor, words))


def _investments(filling: Filling, layout: FormTable) -> Iterator[Row]:
    period = filling.parameters.period
    for row in assets.list_investments(filling.session, period.first_day, period.last_day):
        one = row.investment
        if layout.id == "investments":
            if row.value_minor or row.income_minor:
                yield Row((one.product, _KINDS[one.kind], row.value_minor, row.income_minor))
            continue
        moved = row.value_minor or row.income_minor or row.redeemed_minor
        if one.kind is InvestmentKind.WEALTH_PRODUCT and moved:
            term = f"{one.starts_on} – {one.matures_on or '无固定期限'}"
            yield Row(
                (
                    one.trustee,
                    one.licence,
                    row.cost_minor,
                    term,
                    "",
                    row.income_minor,
                    row.redeemed_minor,
                )
            )


def _parties(filling: Filling, layout: FormTable) -> Iterator[Row]:
    period = filling.parameters.period
    for view, _important, found, balance in parties.read(filling.session, filling.parameters):
        name = view.party.name
        if layout.id == "parties":
            words = parties.relation_words(view, period.first_day, period.last_day)
            details = "；".join(one.relation for one in view.relations if one.withdrawn_at is None)
            yield Row((name, f"{words}：{details}"))
        elif layout.id == "party_trade":
            trade = [item for item in found if item.kind is DealingKind.TRADE]
            sold = sum(item.sold_minor for item in trade)
            bought = sum(item.amount_minor for item in trade) - sold
            if trade or balance:
                yield Row((name, sold, max(balance, 0), bought, max(-balance, 0)))
        else:
            for kind, label in parties.KINDS.items():
                mine = [item for item in found if item.kind is kind and item.is_important]
                if mine:
                    yield Row((name, label, len(mine), sum(item.amount_minor for item in mine)))


def _ageing(filling: Filling, _layout: FormTable) -> Iterator[Row]:
    before = filling.parameters.at(parse_range(str(filling.year - 1)))
    for asked, label in (
        (before, Label("年初", "Opening")),
        (filling.parameters, Label("年末", "Closing")),
    ):
        found = ageing.read(filling.session, asked)
        for section, title in _SECTIONS.items():
            sums = [0, 0, 0, 0]
            for one in found:
                if one.section == section:
                    sums = [
                        a + b for a, b in zip(sums, one.aged(asked.period.last_day), strict=True)
                    ]
            yield Row((title, label, *sums, sum(sums)))


def _ageing_top(filling: Filling, _layout: FormTable) -> Iterator[Row]:
    on = filling.parameters.period.last_day
    found = ageing.read(filling.session, filling.parameters)
    for section, title in _SECTIONS.items():
        mine = [one for one in found if one.section == section and one.total_minor]
        for one in sorted(mine, key=lambda one: (-abs(one.total_minor), one.party))[:_TOP]:
            ages = [words for words, minor in zip(_AGES, one.aged(on), strict=True) if minor]
            yield Row((title, one.party, one.total_minor, "、".join(ages)))


def _fixed(row: FormRow, *cells: Value) -> Row:
    emphasis = Emphasis.TOTAL if row.level == 0 else Emphasis.PLAIN
    return Row((row.label, *cells), level=row.level, emphasis=emphasis)


_ROWS: dict[str, Callable[[Filling, FormTable], Iterator[Row]]] = {
    "donations": _donations,
    "large": _large,
    "spending_2013": _spending,
    "spending_2017": _spending,
    "words": _words,
    "entrusted": _investments,
    "investments": _investments,
    "parties": _parties,
    "party_trade": _parties,
    "party_events": _parties,
    "ageing": _ageing,
    "ageing_top": _ageing_top,
}
