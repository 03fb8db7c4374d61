"""All papers of a sample in one zip: a folder for each item, and an index that says what is where.

The same books and the same sample give the same bytes. A paper that is missing or was changed in
the archive of the service is said in the index and does not stop the rest.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from sqlalchemy.orm import Session

from foundation.auditing import evidence, labels, papers
from foundation.auditing.drawing import Drawn, Item
from foundation.auditing.papers import Paper
from foundation.http.languages import mark, translate
from foundation.spreadsheets import safe
from ledger import chains
from ledger.errors import InvalidInput
from ledger.money import to_text
from receipts.files import FileChanged

# A zip of more items than this is no sample any more.
MOST_ITEMS = 1000
_HEAD = (
    mark("样本序号"),
    mark("编号"),
    mark("行号"),
    mark("日期"),
    mark("摘要"),
    mark("金额"),
    mark("文件种类"),
    mark("文件"),
    mark("字节数"),
    mark("SHA-256"),
    mark("说明"),
)


def require_size(items: Sequence[Item]) -> None:
    """Raise InvalidInput for a sample whose papers nobody carries away in one piece."""
    if len(items) > MOST_ITEMS:
        raise InvalidInput(field="样本", reason=f"一次最多下载 {MOST_ITEMS} 项的附件，请缩小样本")


def entries(
    session: Session, drawn: Drawn, items: Sequence[Item], folder: Path
) -> Iterator[tuple[str, bytes]]:
    """Yield (name, content): the papers, one at a time, then the index and the protocol."""
    index = io.StringIO()
    writer = csv.writer(index)
    writer.writerow([translate(head) for head in _HEAD])
    for item in items:
        found = evidence.gather(session, item.voucher_id, gift_id=item.gift_id)
        place = f"{item.number:04d}-{_plain(item.key)}"
        for number, paper in enumerate(found.papers, start=1):
            name = f"{place}/{number:02d}-{_plain(paper.name)}"
            try:
                content = papers.read(paper, folder)
            except FileChanged:
                writer.writerow(_row(item, paper, "", translate("文件与入档时的摘要不符或已丢失")))
                continue
            writer.writerow(_row(item, paper, name, ""))
            yield name, content
        said = "；".join(translate(sentence) for sentence in found.missing)
        if said or not found.papers:
            writer.writerow(_row(item, None, "", said))
    yield "index.csv", index.getvalue().encode("utf-8-sig")
    yield "protocol.txt", _protocol(session, drawn).encode()


def _row(item: Item, paper: Paper | None, name: str, note: str) -> list[str]:
    return [
        str(item.number),
        item.label,
        "" if item.line_no is None else str(item.line_no),
        item.booked_on.isoformat(),
        safe(item.summary),
        to_text(item.selected.amount_minor),
        "" if paper is None else translate(labels.PAPERS[paper.kind]),
        name,
        "" if paper is None else str(paper.size),
        "" if paper is None else paper.digest,
        note,
    ]


def _plain(name: str) -> str:
    """Return a name that every system takes as one part of a path."""
    kept = "".join("_" if sign in '<>:"/\\|?*#' or sign < " " else sign for sign in name)
    return kept.strip(". ")[-120:] or "_"


def _protocol(session: Session, drawn: Drawn) -> str:
    plan, sample = drawn.plan, drawn.sample
    given = "&".join(f"{name}={value}" for name, value in plan.given)
    lines = [
        translate(labels.METHODS[plan.method]),
        translate(labels.PROTOCOLS[plan.method]),
        given,
        f"population={sample.count} total={to_text(sample.total_minor)}",
        f"selected={len(sample.selected)} total={to_text(sample.selected_minor)}",
    ]
    if sample.interval_minor is not None and sample.start_minor is not None:
        lines.append(
            f"interval={to_text(sample.interval_minor)} start={to_text(sample.start_minor)}"
        )
    lines.append(f"chain_head={chains.chain_head(session)}")
    return "\n".join(lines) + "\n"
