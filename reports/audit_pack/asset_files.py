"""Files 30, 32 and 33: investments, fixed assets with their depreciation, donated goods."""

from sqlalchemy.orm import Session

from reports import assets
from reports.audit_pack.definitions import filled
from reports.parameters import Parameters
from reports.tables import Table


def investments(session: Session, parameters: Parameters) -> Table:
    """30 投资与委托理财."""
    return filled("30", parameters, assets.investment_rows(session, parameters))


def fixed_assets(session: Session, parameters: Parameters) -> Table:
    """32 固定资产与折旧."""
    return filled("32", parameters, assets.fixed_rows(session, parameters))


def stock(session: Session, parameters: Parameters) -> Table:
    """33 存货（受赠物资）."""
    return filled("33", parameters, assets.stock_rows(session, parameters))
