"""Registers of assets, goods and investments as reports: 固定资产, 存货, 投资."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from foundation.assets import queries
from foundation.assets.models import AssetKind, InvestmentKind, Origin
from reports.parameters import Parameters
from reports.tables import Column, Kind, Label, Row, Table

FIXED_ID, FIXED_TITLE = "fixed_assets", Label("固定资产与折旧", "Fixed assets")
STOCK_ID, STOCK_TITLE = "inventory", Label("存货（受赠物资）", "Inventory of donated goods")
AGENCY_ID, AGENCY_TITLE = (
    "agency_goods",
    Label("受托代理资产登记簿", "Register of goods held for others"),
)
INVESTMENTS_ID = "investments"
INVESTMENTS_TITLE = Label("投资与委托理财", "Investments")
_ORIGINS = {Origin.BOUGHT: "购入", Origin.DONATED: "受赠"}
_ASSET_KINDS = {AssetKind.FIXED: "固定资产", AssetKind.INTANGIBLE: "无形资产"}
_KINDS = {
    InvestmentKind.WEALTH_PRODUCT: "委托理财",
    InvestmentKind.LONG_TERM_BOND: "长期债权",
    InvestmentKind.EQUITY: "股权",
}
FIXED_COLUMNS = (
    Column("number", Label("编号", "Number"), Kind.CODE, 14),
    Column("name", Label("名称", "Name"), width=20),
    Column("acquired_on", Label("取得日", "Acquired"), Kind.DATE, 11),
    Column("origin", Label("来源", "Origin"), width=8),
    Column("cost", Label("原价", "Cost"), Kind.MONEY, 16),
    Column("depreciation", Label("累计折旧", "Depreciation"), Kind.MONEY, 16),
    Column("net", Label("净值", "Net"), Kind.MONEY, 16),
    Column("used_by", Label("使用部门", "Used by"), width=16),
)
ASSET_COLUMNS = (*FIXED_COLUMNS, Column("kind", Label("类别", "Kind"), width=10))
STOCK_COLUMNS = (
    Column("item", Label("品名", "Item"), width=24),
    Column("opening", Label("期初", "Opening"), Kind.MONEY, 16),
    Column("in", Label("收入", "In"), Kind.MONEY, 16),
    Column("out", Label("发出", "Out"), Kind.MONEY, 16),
    Column("closing", Label("期末", "Closing"), Kind.MONEY, 16),
    Column("count", Label("盘点", "Count"), width=16),
)
INVESTMENT_COLUMNS = (
    Column("product", Label("产品", "Product"), width=20),
    Column("trustee", Label("受托人", "Trustee"), width=16),
    Column("licence", Label("资质", "Licence"), width=16),
    Column("kind", Label("类型", "Kind"), width=10),
    Column("term", Label("起止", "Term"), width=22),
    Column("cost", Label("成本", "Cost"), Kind.MONEY, 16),
    Column("value", Label("期末账面", "Carrying amount"), Kind.MONEY, 16),
    Column("income", Label("本期收益", "Income"), Kind.MONEY, 16),
    Column("redeemed", Label("收回", "Redeemed"), Kind.MONEY, 16),
    Column("resolution", Label("决议号", "Resolution"), width=18),
    Column("risk", Label("风险等级", "Risk"), width=8),
)


def fixed_rows(session: Session, parameters: Parameters) -> list[Row]:
    """A row for each fixed asset held at the end of the period, as the audit pack has it."""
    return [
        Row(row.cells[:-1])
        for row in _asset_rows(session, parameters)
        if row.cells[-1] == _ASSET_KINDS[AssetKind.FIXED]
    ]


def _asset_rows(session: Session, parameters: Parameters) -> list[Row]:
    return [
        Row(
            (
                row.card.number,
                row.card.name
                if row.standing.units == 1
                else f"{row.card.name}（{row.standing.units} 件）",
                row.card.acquired_on,
                _ORIGINS[row.card.origin],
                row.cost_minor,
                row.charged_minor,
                row.net_minor,
                row.card.used_by,
                _ASSET_KINDS[row.card.kind],
            )
        )
        for row in queries.list_cards(session, parameters.period.last_day)
    ]


def stock_rows(session: Session, parameters: Parameters, *, is_agency: bool = False) -> list[Row]:
    """A row for each item of goods, by value; the count says how many and when."""
    period = parameters.period
    return [
        Row(
            (
                f"{row.item.number} {row.item.name}",
                row.opening_minor,
                row.in_minor,
                row.out_minor,
                row.closing_minor,
                f"{row.quantity}{row.item.unit}"
                + (f"，{row.counted_on} 盘点" if row.counted_on else ""),
            )
        )
        for row in queries.list_stock(
            session, period.first_day, period.last_day, is_agency=is_agency
        )
    ]


def investment_rows(session: Session, parameters: Parameters) -> list[Row]:
    """A row for each investment up to the end of the period."""
    period = parameters.period
    return [
        Row(
            (
                row.investment.product,
                row.investment.trustee,
                row.investment.licence,
                _KINDS[row.investment.kind],
                f"{row.investment.starts_on} 至 {row.investment.matures_on or '无固定期限'}",
                row.cost_minor,
                row.carrying_minor,
                row.income_minor,
                row.redeemed_minor,
                row.investment.resolution or "",
                row.investment.risk,
            )
        )
        for row in queries.list_investments(session, period.first_day, period.last_day)
    ]


def run_fixed(session: Session, parameters: Parameters) -> Table:
    """Return the assets with what they bore."""
    rows = _asset_rows(session, parameters)
    return _table(FIXED_ID, FIXED_TITLE, ASSET_COLUMNS, rows, parameters)


def run_stock(session: Session, parameters: Parameters) -> Table:
    """Return the goods with what came and went."""
    rows = stock_rows(session, parameters)
    return _table(STOCK_ID, STOCK_TITLE, STOCK_COLUMNS, rows, parameters)


def run_agency(session: Session, parameters: Parameters) -> Table:
    """Return the goods that are held for others."""
    rows = stock_rows(session, parameters, is_agency=True)
    return _table(AGENCY_ID, AGENCY_TITLE, STOCK_COLUMNS, rows, parameters)


def run_investments(session: Session, parameters: Parameters) -> Table:
    """Return the investments with what they earned."""
    rows = investment_rows(session, parameters)
    return _table(INVESTMENTS_ID, INVESTMENTS_TITLE, INVESTMENT_COLUMNS, rows, parameters)


def _table(
    key: str,
    title: Label,
    columns: tuple[Column, ...],
    rows: Iterable[Row],
    parameters: Parameters,
) -> Table:
    kept = list(rows)
    totals = {
        column.key: sum(cell for row in kept if isinstance(cell := row.cells[place], int))
        for place, column in enumerate(columns)
        if column.kind is Kind.MONEY
    }
    return Table(
        id=key,
        title=title,
        columns=columns,
        rows=kept,
        heading=parameters.heading,
        totals=totals,
        is_list=True,
    )
