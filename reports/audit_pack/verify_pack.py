#!/usr/bin/env python3
"""Check an audit pack without the service that made it: only Python 3.9 or later is needed.

    python3 verify_pack.py PACK.zip

Checks that every file has the digest, rows and sums of the manifest; that the vouchers form one
unbroken chain up to the chain head, and the journal holds exactly their lines; that debit equals
credit in every voucher; that each control total has the difference that it states. Prints what
fails and exits 1; prints the chain head to compare with the one that you were given.

验证评估资料包：无需本系统，只需 Python 3.9 以上。逐项核对文件摘要、行数、合计、凭证链、
借贷平衡与勾稽关系；有不符即列出并以 1 退出。
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import sys
import zipfile
from collections import defaultdict
from decimal import Decimal, InvalidOperation
from typing import Any, Iterator  # noqa: UP035 (this file also runs on older versions)

MANIFEST = "manifest.json"
JOURNAL = "04_凭证序时簿.csv"
CHAIN = "chain.jsonl"
DEBIT, CREDIT, VOUCHER, LINE, ACCOUNT = "借方", "贷方", "凭证号", "行号", "科目编号"
ZERO = Decimal(0)

Manifest = dict[str, Any]


def main(arguments: list[str]) -> int:
    """Check the pack that is named; return 0 when everything holds."""
    if len(arguments) != 1:
        print(__doc__)
        return 2
    try:
        with zipfile.ZipFile(arguments[0]) as pack:
            manifest = json.loads(pack.read(MANIFEST))
            problems = [problem for check in CHECKS for problem in check(pack, manifest)]
    except (OSError, zipfile.BadZipFile, KeyError, ValueError) as error:
        print(f"不能读取 / cannot be read: {error}")
        return 1
    for problem in problems:
        print(f"✗ {problem}")
    print(f"文件 files: {len(manifest['files'])}")
    print(f"状态 state: {manifest['state']}")
    print(f"凭证链 chain head: {manifest['chain_head']}")
    print(f"不符 FAILED: {len(problems)}" if problems else "全部相符 all holds")
    return 1 if problems else 0


def check_files(pack: zipfile.ZipFile, manifest: Manifest) -> Iterator[str]:
    """Digest and size of every file; nothing missing, nothing beside."""
    listed = {item["path"]: item for item in manifest["files"]}
    for name in pack.namelist():
        if name not in listed and name != MANIFEST:
            yield f"{name}: 清单中没有 not in the manifest"
    present = set(pack.namelist())
    for path, item in listed.items():
        if path not in present:
            yield f"{path}: 缺少 missing"
        elif _digest(pack, path) != (item["sha256"], item["size"]):
            yield f"{path}: 摘要不符 digest differs"


def _digest(pack: zipfile.ZipFile, path: str) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with pack.open(path) as stream:
        for part in iter(lambda: stream.read(1 << 20), b""):
            digest.update(part)
            size += len(part)
    return digest.hexdigest(), size


def check_sums(pack: zipfile.ZipFile, manifest: Manifest) -> Iterator[str]:
    """Rows and sums of every csv file, and its own last line."""
    for item in manifest["files"]:
        path, stated = item["path"], item["sums"]
        if not path.endswith(".csv") or not stated:
            continue
        sums = dict.fromkeys(stated, ZERO)
        count, last = 0, None
        for row in _rows(pack, path):
            # The last line is the total of the lines above it, so each waits for the next.
            if last is not None:
                count += 1
                for title in sums:
                    sums[title] += _number(last[title])
            last = row
        for title, text in stated.items():
            total = _number(last[title]) if last else ZERO
            if not sums[title] == Decimal(text) == total:
                yield f"{path}: “{title}” {sums[title]}, 合计 total {total}, 清单 manifest {text}"
        if count != item["rows"]:
            yield f"{path}: 行数 rows {count}, 清单 manifest {item['rows']}"


def check_chain(pack: zipfile.ZipFile, manifest: Manifest) -> Iterator[str]:
    """The digest of every voucher follows from its content and the voucher before it."""
    heads = {(period, word): (last, head) for period, word, last, head in manifest["series"]}
    reached: dict[tuple[int, str], tuple[int, str]] = {}
    for year in manifest["years"]:
        for period, word, number, digest, content in _chain(pack, year):
            before = reached.get((period, word), (0, _genesis(period, word)))
            text = f"{before[1]}\n{number}\n{content}"
            if hashlib.sha256(text.encode()).hexdigest() != digest:
                yield f"{word}-{period}-{number}: 内容与摘要不符 content differs"
            if number != before[0] + 1:
                yield f"{word}-{period}-{number}: 断号 gap in numbers"
            reached[period, word] = (number, digest)
    for key, head in heads.items():
        if key[0] // 100 in manifest["years"] and reached.get(key) != head:
            yield f"{key[1]}-{key[0]}: 末张凭证与系列不符 head differs"
    text = json.dumps(manifest["series"], ensure_ascii=False, separators=(",", ":"))
    if hashlib.sha256(text.encode()).hexdigest() != manifest["chain_head"]:
        yield "凭证链末端不符 chain head differs"


def check_journal(pack: zipfile.ZipFile, manifest: Manifest) -> Iterator[str]:
    """The journal has exactly the lines of the chain, and every voucher balances."""
    for year in manifest["years"]:
        expected = dict(_chain_lines(pack, year))
        balance: dict[str, Decimal] = defaultdict(Decimal)
        for row in _rows(pack, f"{year}/{JOURNAL}"):
            if not row[VOUCHER]:
                continue
            debit, credit = _number(row[DEBIT]), _number(row[CREDIT])
            balance[row[VOUCHER]] += debit - credit
            found = (row[ACCOUNT].split(":")[-1], debit, credit)
            if expected.pop((row[VOUCHER], int(row[LINE])), None) != found:
                yield f"{row[VOUCHER]} 行 line {row[LINE]}: 与凭证链不符 differs from the chain"
        for label, line_no in expected:
            yield f"{label} 行 line {line_no}: 不在序时簿 not in the journal"
        for label, difference in balance.items():
            if difference:
                yield f"{label}: 借贷差额 out of balance {difference}"


def check_control_totals(_pack: zipfile.ZipFile, manifest: Manifest) -> Iterator[str]:
    """Each control total has the difference that it states; a final pack has none unexplained."""
    for item in manifest["control_totals"]:
        name = f"{item['period']} {item['id']}"
        if item["left"] is None or item["right"] is None:
            continue
        difference = Decimal(item["left"]) - Decimal(item["right"])
        # Two errors may cancel: then the sides agree and the total does not hold all the same.
        if difference != Decimal(item["difference"]) or (difference and item["holds"]):
            yield f"{name}: 差额不符 difference wrong"
        if manifest["state"] == "final" and not item["holds"] and not item["explanation"]:
            yield f"{name}: 不符且未说明 differs, unexplained"


CHECKS = (check_files, check_sums, check_chain, check_journal, check_control_totals)


def _genesis(period: int, word: str) -> str:
    return hashlib.sha256(f"{period}:{word}".encode()).hexdigest()


def _chain(pack: zipfile.ZipFile, year: int) -> Iterator[list[Any]]:
    with pack.open(f"{year}/{CHAIN}") as stream:
        for line in io.TextIOWrapper(stream, encoding="utf-8"):
            yield json.loads(line)


def _chain_lines(
    pack: zipfile.ZipFile, year: int
) -> Iterator[tuple[tuple[str, int], tuple[str, Decimal, Decimal]]]:
    for period, word, number, _, content in _chain(pack, year):
        label = f"{word}-{period // 100:04d}-{period % 100:02d}-{number:04d}"
        for line_no, _, account, _, side, amount, *_ in json.loads(content)[-1]:
            signed = Decimal(amount).scaleb(-2)
            columns = (signed, ZERO) if side > 0 else (ZERO, -signed)
            yield (label, line_no), (account, *columns)


def _rows(pack: zipfile.ZipFile, path: str) -> Iterator[dict[str, str]]:
    with pack.open(path) as stream:
        text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
        yield from csv.DictReader(text)


def _number(text: str) -> Decimal:
    try:
        return Decimal(text) if text else ZERO
    except InvalidOperation:
        return ZERO


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
