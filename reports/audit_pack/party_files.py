"""Files 28, 29 and 31: large donors, related parties, ageing."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from reports import ageing, parties
from reports.audit_pack.definitions import filled
from reports.parameters import Parameters
from reports.tables import Row, Table


def large_donors(session: Session, parameters: Parameters) -> Table:
    """28 大额捐赠收入表: donors whose gifts of the year pass the threshold of the annual report."""
    found, purposes = parties.large(session, parameters)
    rows = [
        Row((one.shown_name, one.cash_minor, one.kind_minor, purposes.get(one.donor_id, "")))
        for one in found
    ]
    return filled("28", parameters, rows)


def related_parties(session: Session, parameters: Parameters) -> Table:
    """29 关联方清单与交易: every party of the year with its dealings; one without has one row."""
    return filled("29", parameters, _related(session, parameters))


def _related(session: Session, parameters: Parameters) -> Iterator[Row]:
    period = parameters.period
    for view, important, found, balance in parties.read(session, parameters):
        words = parties.relation_words(view, period.first_day, period.last_day)
        head = (view.party.name, words, "是" if important else "否")
        if not found:
            yield Row((*head, "本期无交易", 0, balance, "", "", None))
        for item in found:
            kind = parties.KINDS[item.kind].zh
            yield Row(
                (
                    *head,
                    kind,
                    item.amount_minor,
                    balance,
                    item.voucher,
                    item.decision,
                    item.published_on,
                )
            )


def aged(session: Session, parameters: Parameters) -> Table:
    """31 往来账龄: what stands open at the end of the year, by counterparty and age."""
    found = ageing.read(session, parameters)
    return filled("31", parameters, ageing.rows_of(found, parameters))
