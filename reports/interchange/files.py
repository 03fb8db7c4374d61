"""The exports as files: text in UTF-8, and a zip whose bytes depend on the books alone."""

import io
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile

from sqlalchemy.orm import Session

from foundation.organisation.service import get_organisation
from foundation.zip_entries import entry
from ledger import catalogue
from ledger.errors import Conflict, InvalidInput
from reports.interchange import elements, gbt24589, plain_text, reading
from reports.interchange.reading import Exported
from reports.period_range import parse_range

EDITIONS = ("2010", "2024")
_NOTE = """审计数据接口文件说明

依据：{source}
每个会计年度一个文件夹，内有“公共档案.xml”“总账.xml”（GB18030 编码）。
架构文件（xsd）据元素表编制，可用以校验。
标准的“单位性质”只有企业单位、事业单位两种，基金会两者都不是，此处填写“事业单位”。
会计期间号 0 为一月之前的期初及科目转换凭证。
标准中本单位没有数据的表（部门、员工、客户、供应商等）不输出。
GB/T 24589.1-2024 的元素编号尚未取得官方文本，未按该版本输出。
"""


class EditionUnverified(Conflict):
    """The element table of this edition was not read in the official text."""

    code = "edition_unverified"
    message = "{edition} 版的元素编号尚未取得官方文本，不能导出；请使用 2010 版"


def beancount(session: Session, stream: BinaryIO, *, last: str | None = None) -> Exported:
    """Write the books as a beancount file, to a period (`2026-03`) or to the end."""
    name = get_organisation(session).name
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="\n")
    done = plain_text.write_beancount(session, text, organisation=name, last=_last(last))
    text.flush()
    text.detach()
    return done


def hledger(session: Session, stream: BinaryIO, *, last: str | None = None) -> Exported:
    """Write the books as a journal of hledger, to a period or to the end."""
    name = get_organisation(session).name
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="\n")
    done = plain_text.write_hledger(session, text, organisation=name, last=_last(last))
    text.flush()
    text.detach()
    return done


def gbt24589_zip(
    session: Session, stream: BinaryIO, *, year: int | None = None, edition: str = EDITIONS[0]
) -> Exported:
    """Write the audit data interface of one year or of all.

    Raises EditionUnverified, InvalidInput for a year without periods.
    """
    if edition != EDITIONS[0]:
        raise EditionUnverified(edition=edition)
    known = catalogue.load(session)
    keys = reading.periods(known)
    years = sorted({key // 100 for key in keys}) if year is None else [year]
    organisation = get_organisation(session)
    vouchers = lines = 0
    with ZipFile(stream, "w", ZIP_DEFLATED) as archive:
        for chosen in years:
            months = [key for key in keys if key // 100 == chosen]
            if not months:
                raise InvalidInput(field="会计年度", reason=f"{chosen} 年没有会计期间")
            with archive.open(entry(f"{chosen}/{gbt24589.COMMON}.xml"), "w") as file:
                gbt24589.write_common(session, file, known, organisation, months)  # type: ignore[arg-type]
            with archive.open(entry(f"{chosen}/{gbt24589.LEDGER}.xml"), "w") as file:
                done = gbt24589.write_ledger(session, file, known, months)  # type: ignore[arg-type]
            vouchers += done.vouchers
            lines += done.lines
        for root in elements.standard().roots:
            archive.writestr(entry(f"{root.name}.xsd"), elements.schema(root))
        note = _NOTE.format(source=elements.standard().source)
        archive.writestr(entry("说明.txt"), "\ufeff" + note)
    return Exported(vouchers, lines)


def _last(period: str | None) -> int:
    return 999_912 if period is None else parse_range(period).last
