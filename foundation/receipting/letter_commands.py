"""Commands for letters of our own: `letters issue|render|verify|list|replace|cancel`."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click
from sqlalchemy.orm import Session

from foundation.command_context import CommandContext, pass_context, table
from foundation.gifts import service as gifts
from foundation.organisation.service import get_organisation
from foundation.receipting import (
    access,
    documents,
    drawing,
    drawing_ahead,
    letter_lists,
    planning,
    scopes,
    service,
    signer,
)
from foundation.receipting.bill_stock_commands import DAY
from foundation.receipting.eligibility import Document
from foundation.receipting.letter_lists import LetterFilter
from foundation.receipting.planning import Exclusion
from foundation.receipting.scopes import Scope
from foundation.receipting.signer import Seal
from ledger import money
from receipts import letters as own_letters
from receipts import verification
from receipts.content import Kind
from receipts.models import LETTER_STATE_NAMES, LetterState

_KINDS = {kind.value: kind for kind in Kind}
_MOST_BYTES = 50 * 1024 * 1024


@click.command("issue", help="为捐赠出具文件：编号、固定内容并入档；同一捐赠不重复出具。")
@click.option("--batch", "batch_id", type=int, help="一个导入批次的每笔捐赠。")
@click.option("--gift", help="一笔捐赠，如 G2026-000123。")
@click.option("--year", type=int, help="一个年度；默认为每位捐赠人出具年度捐赠明细。")
@click.option("--from", "first", type=DAY, help="收到日期从此日起（与 --to 同用，代替 --year）。")
@click.option("--to", "last", type=DAY, help="收到日期到此日止。")
@click.option("--donor", "donor_id", type=int, help="只为这位捐赠人（与年度或起止日期同用）。")
@click.option(
    "--kind",
    type=click.Choice(list(_KINDS)),
    help="letter 确认函，annual 年度捐赠明细，certificate 证书，tax_receipt 税务收据（非中国）。",
)
@click.option("--dry-run", is_flag=True, help="只预览，不出具。")
@pass_context
def issue(
    context: CommandContext,
    *,
    batch_id: int | None,
    gift: str | None,
    year: int | None,
    first: datetime | None,
    last: datetime | None,
    donor_id: int | None,
    kind: str | None,
    dry_run: bool,
) -> None:
    span = None if first is None or last is None else (first.date(), last.date())
    if [batch_id, gift, year, span].count(None) != 3:
        raise click.UsageError("请给出 --batch、--gift、--year 之一，或 --from 和 --to。")
    if dry_run:
        context.require_reading(access.READ)
    actor = "" if dry_run else context.require(access.RECORD)
    opened = context.reading() if dry_run else context.transaction()
    with opened as session:
        scope = Scope(
            Document(kind) if kind is not None else _usual(session, year or span),
            gift_id=None if gift is None else gifts.find_key(session, gift),
            batch_id=batch_id,
            year=year,
            donor_id=donor_id,
            span=span,
        )
        if dry_run:
            _answer_preview(context, session, scope)
            return
        count = len(scopes.gift_ids(session, scope, is_locking=False))
        with context.progress("出具", count) as advance:
            done = service.issue(
                session,
                scope,
                verify_at=verify_at(context),
                actor=actor,
                clock=context.clock,
                progress=advance,
            )
    context.answer(
        {
            "issued": done.letters,
            "first": done.first or None,
            "last": done.last or None,
            "total": money.to_text(done.total_minor),
            "gifts": done.gifts,
            "excluded": [documents.of_exclusion(item) for item in done.excluded],
        },
        [
            context.text(
                "已出具 {count} 份，{first} 至 {last}，捐赠 {gifts} 笔，合计 {total}",
                count=done.letters,
                first=done.first or "—",
                last=done.last or "—",
                gifts=done.gifts,
                total=money.grouped(done.total_minor),
            ),
            *_reasons(context, done.excluded),
        ],
    )


@click.command("render", help="生成 PDF 原件并写到文件夹；再次运行得到逐字节相同的文件。")
@click.argument("numbers", nargs=-1)
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path))
@click.option("--batch", "batch_id", type=int, help="只要这个导入批次的文件。")
@click.option("--gift", help="只要这笔捐赠的文件。")
@click.option("--year", type=int, help="只要这个年度编号的文件。")
@click.option("--copy", "as_copy", is_flag=True, help="生成标有“副本”的文件，并逐份登记。")
@click.option(
    "--processes",
    type=click.IntRange(1, 64),
    help="同时生成的进程数；默认数量较多时每个处理器核心一个。",
)
@pass_context
def render(
    context: CommandContext,
    numbers: tuple[str, ...],
    *,
    out: Path,
    batch_id: int | None,
    gift: str | None,
    year: int | None,
    as_copy: bool,
    processes: int | None,
) -> None:
    actor = context.require(access.RECORD)
    with context.reading() as session:
        keys = [own_letters.get_letter(session, number).id for number in numbers]
        if not keys:
            wanted = LetterFilter(
                state=LetterState.ISSUED,
                year=year,
                batch_id=batch_id,
                gift_id=None if gift is None else gifts.find_key(session, gift),
            )
            keys = letter_lists.letter_ids(session, wanted)
        seal = load_seal(context, session)
    places = drawing.Places(context.reading, context.transaction, context.config.data_dir)
    make = drawing.copies if as_copy else drawing.originals
    written = []
    out.mkdir(parents=True, exist_ok=True)
    count = drawing_ahead.process_count(len(keys), processes)
    if count > 1 and not as_copy:
        _draw_ahead(context, keys, actor=actor, processes=count)
    with context.progress("写出", len(keys)) as advance:
        for name, content in make(places, keys, seal=seal, actor=actor, clock=context.clock):
            path = out / name
            unfinished = path.with_suffix(".part")
            unfinished.write_bytes(content)
            unfinished.replace(path)
            written.append(str(path))
            advance(1)
    context.answer(
        {"files": written, "signed": seal.signer is not None},
        [context.text("已生成 {count} 个文件，在 {folder}", count=len(written), folder=out)],
    )


def _draw_ahead(
    context: CommandContext, keys: Sequence[int], *, actor: str, processes: int
) -> None:
    with context.reading() as session:
        organisation = get_organisation(session)
        task = drawing_ahead.Task(
            url=context.engine.url.render_as_string(hide_password=False),
            config=context.config,
            organisation=organisation.name,
            is_demo=organisation.is_demo,
            actor=actor,
            clock=context.clock,
        )
    with context.progress("生成", len(keys)) as advance:
        for done in drawing_ahead.draw(task, keys, processes=processes):
            advance(done)


@click.command("verify", help="核验一个 PDF 文件：是否由本会出具、未被改动、仍然有效。")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@pass_context
def verify(context: CommandContext, file: Path) -> None:
    with file.open("rb") as stream:
        # A file longer than any of ours is none of ours, whatever else it holds.
        content = stream.read(_MOST_BYTES)
    with context.reading() as session:
        seal = load_seal(context, session)
        verdict = verification.by_file(session, content, trusted=seal.trusted)
    names = {
        "genuine": "真实有效",
        "replaced": "真实，但已被更换",
        "cancelled": "真实，但已作废",
        "altered": "文件已被改动，无效",
        "unknown": "不是本会出具的文件",
    }
    context.answer(
        documents.of_verdict(verdict),
        [
            context.text(
                "{status}　{number}　{signer}",
                status=context.translate(names[verdict.status.value]),
                number=verdict.number,
                signer=verdict.signed_by,
            ).rstrip()
        ],
    )


@click.command("list", help="列出已出具的文件。")
@click.option("--kind", type=click.Choice(list(_KINDS)))
@click.option("--state", type=click.Choice([state.value for state in LetterState]))
@click.option("--year", type=int)
@click.option("--batch", "batch_id", type=int, help="导入批次。")
@click.option("--gift", help="捐赠编号。")
@click.option("--search", "text", default="", help="编号或捐赠人的一部分。")
@click.option("--limit", type=click.IntRange(1, 5000), default=50, show_default=True)
@click.option("--after", type=int, default=0, help="上一次输出的 next。")
@pass_context
def list_letters(
    context: CommandContext,
    *,
    kind: str | None,
    state: str | None,
    year: int | None,
    batch_id: int | None,
    gift: str | None,
    text: str,
    limit: int,
    after: int,
) -> None:
    context.require_reading(access.READ)
    with context.reading() as session:
        wanted = LetterFilter(
            kind=None if kind is None else _KINDS[kind],
            state=None if state is None else LetterState(state),
            year=year,
            batch_id=batch_id,
            gift_id=None if gift is None else gifts.find_key(session, gift),
            text=text,
        )
        found = letter_lists.list_letters(session, wanted, limit=limit + 1, after_id=after)
        count, total = letter_lists.count_letters(session, wanted)
    shown = found[:limit]
    rows = [
        (
            letter.reference,
            letter.issued_on.isoformat(),
            context.translate(LETTER_STATE_NAMES[letter.state]),
            money.grouped(letter.total_minor),
            letter.recipient,
        )
        for letter in shown
    ]
    heads = ("编号", "出具日期", "状态", "金额", "捐赠人")
    context.answer(
        {
            "letters": [documents.of_letter(letter) for letter in shown],
            "count": count,
            "total": money.to_text(total),
            "next": shown[-1].id if len(found) > limit else None,
        },
        [
            *table([context.translate(head) for head in heads], rows, right="   r"),
            context.text("共 {count} 份，有效金额 {total}", count=count,
                         total=money.grouped(total)),
        ],
    )  # fmt: skip


@click.command("replace", help="按捐赠的现状重新出具一份文件，原文件标为已更换。")
@click.argument("number")
@click.option("--reason", required=True, help="更换原因。")
@pass_context
def replace(context: CommandContext, number: str, *, reason: str) -> None:
    actor = context.require(access.RECORD)
    with context.transaction() as session:
        old = own_letters.get_letter(session, number)
        issued = service.replace(
            session,
            old.id,
            reason=reason,
            verify_at=verify_at(context),
            actor=actor,
            clock=context.clock,
        )
    context.answer(
        {"issued": 1, "first": issued.reference, "last": issued.reference,
         "total": money.to_text(issued.total_minor), "replaces": old.reference},
        [context.text("{old} 已更换为 {new}", old=old.reference, new=issued.reference)],
    )  # fmt: skip


@click.command("cancel", help="作废一份文件；编号保留，写明原因。")
@click.argument("number")
@click.option("--reason", required=True, help="作废原因。")
@pass_context
def cancel(context: CommandContext, number: str, *, reason: str) -> None:
    actor = context.require(access.UNDO)
    with context.transaction() as session:
        letter = own_letters.get_letter(session, number)
        service.cancel(session, letter.id, reason=reason, actor=actor, clock=context.clock)
    context.answer(
        {"number": letter.reference, "state": LetterState.CANCELLED.value},
        [context.text("{number} 已作废", number=letter.reference)],
    )


def verify_at(context: CommandContext) -> str:
    """Return the address that verification codes are put behind."""
    return f"{context.config.public_url}/verify/"


def load_seal(context: CommandContext, session: Session) -> Seal:
    """Return the key for documents, as the settings and the organisation have it."""
    organisation = get_organisation(session)
    return signer.load(
        context.config,
        organisation=organisation.name,
        is_demo=organisation.is_demo,
        moment=context.clock.now(),
    )


def _usual(session: Session, period: object) -> Document:
    """Return the document that the organisation's profile issues when nobody says which."""
    known = planning.documents_of(session)
    return Document.ANNUAL if period is not None and Document.ANNUAL in known else known[0]


def _answer_preview(context: CommandContext, session: Session, scope: Scope) -> None:
    planned = service.preview(session, scope, clock=context.clock)
    context.answer(
        {
            "issued": 0,
            "first": None,
            "last": None,
            "total": money.to_text(planned.total_minor),
            "planned": planned.letters,
            "gifts": planned.gifts,
            "fingerprint": planned.fingerprint,
            "excluded": [documents.of_exclusion(item) for item in planned.excluded],
        },
        [
            context.text(
                "将出具 {count} 份，捐赠 {gifts} 笔，合计 {total}",
                count=planned.letters,
                gifts=planned.gifts,
                total=money.grouped(planned.total_minor),
            ),
            *_reasons(context, planned.excluded),
        ],
    )


def _reasons(context: CommandContext, excluded: Sequence[Exclusion]) -> list[str]:
    """Say how many gifts get nothing for each reason, the most frequent first."""
    counted = Counter(item.sentence for item in excluded)
    return [
        context.text("  未出具 {count} 笔：{reason}", count=count, reason=context.translate(reason))
        for reason, count in counted.most_common()
    ]
