"""A line of a claim: from a judged gift to what is stored, and back.

The facts are a JSON list in the order of `FACT_NAMES`; the claim keeps the names, so a line can
be read without this module. Names may be added at the end and never moved.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

from foundation.claims.models import ClaimLine
from foundation.matching import catalogue, units
from foundation.matching import vocabulary as words
from foundation.matching.amounts import Exact
from foundation.matching.eligibility import Judgement
from foundation.matching.facts import Gift
from foundation.matching.predicates import FactValue
from foundation.matching.results import GiftResult, GiftStatus, Question
from foundation.matching.schemes import Scheme, Unit

# Beside the facts of the engine: what the gift itself is.
AMOUNT, REFUNDED, AGREEMENT, PROJECT = "amount", "refunded", "agreement", "project"
FACT_NAMES = (
    AMOUNT,
    REFUNDED,
    AGREEMENT,
    PROJECT,
    "gift.cash_received_on",
    "gift.asset_kind",
    "gift.origin",
    "gift.recipient_kind",
    "gift.must_be_passed_on",
    "gift.project_name",
    "gift.endowed",
    "gift.university_may_pool",
    "gift.return_benefit",
    "gift.named",
    "donor.id",
    "donor.kind",
    "donor.credit_code",
    "payment.reference",
    "payment.payer",
    "receipt.code",
    "receipt.number",
    "receipt.issued_on",
    "receipt.payer",
    "receipt.payer_credit_code",
    "agreement.number",
    "agreement.signed_on",
    "agreement.signatory",
    "agreement.ip_belongs_to_university",
)
_NAMES_OF_FACTS = FACT_NAMES[4:]
_encode = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), check_circular=False, default=str
).encode


class LineRow(NamedTuple):
    """A line as it is written, in the order of COLUMNS."""

    claim_id: int
    gift_id: int
    status: str
    counted_on: date | None
    group_key: str | None
    amount_minor: int
    counted_low: int
    counted_high: int | None
    low_minor: int | None
    low_rest: str | None
    high_minor: int | None
    high_rest: str | None
    codes: str
    questions: str
    cap_code: str
    marks: str
    facts: str
    digest: str


COLUMNS = LineRow._fields


def packed(
    claim_id: int, gift_id: int, judgement: Judgement, result: GiftResult, group: str | None
) -> LineRow:
    """Write a judged gift as a row."""
    low_minor, low_rest = split(result.matched_min)
    high_minor, high_rest = split(result.matched_max)
    facts = facts_text(judgement.gift)
    codes = ",".join(result.codes)
    asked = ";".join(f"{item.fact}:{item.code}" for item in result.questions)
    amount = judgement.counted or 0
    content = (
        f"{gift_id}|{result.status.value}|{result.counted_on}|{amount}|{result.counted_min}|"
        f"{result.counted_max}|{low_minor}|{low_rest}|{high_minor}|{high_rest}|{codes}|{asked}|"
        f"{result.cap_code}|{judgement.marks}|{facts}"
    )
    return LineRow(
        claim_id,
        gift_id,
        result.status.value,
        result.counted_on,
        group,
        amount,
        result.counted_min,
        result.counted_max,
        low_minor,
        low_rest,
        high_minor,
        high_rest,
        codes,
        asked,
        result.cap_code,
        judgement.marks,
        facts,
        hashlib.sha256(content.encode()).hexdigest(),
    )


def digest_of(line: Any) -> str:
    """Return the digest that a stored line should have."""
    content = (
        f"{line.gift_id}|{GiftStatus(line.status).value}|{line.counted_on}|{line.amount_minor}|"
        f"{line.counted_low}|{line.counted_high}|{line.low_minor}|{line.low_rest}|"
        f"{line.high_minor}|{line.high_rest}|{line.codes}|{line.questions}|{line.cap_code}|"
        f"{line.marks}|{line.facts}"
    )
    return hashlib.sha256(content.encode()).hexdigest()


def facts_text(gift: Gift) -> str:
    """Write the facts of a gift as the list that a line keeps."""
    known = gift.facts.get
    return _encode(
        [
            gift.amount_minor,
            gift.refunded_minor,
            gift.agreement,
            gift.project,
            *map(known, _NAMES_OF_FACTS),
        ]
    )


def facts_of(text: str, names: Sequence[str] = FACT_NAMES) -> dict[str, Any]:
    """Read the facts of a line: name -> value, what is not known left out."""
    values = json.loads(text)
    found = zip(names, values, strict=False)
    return {name: value for name, value in found if value is not None}


def gift_of(identity: str, text: str, names: Sequence[str] = FACT_NAMES) -> Gift:
    """Give the gift of a line back to the engine, exactly as it was judged."""
    values = facts_of(text, names)
    kinds = catalogue.shipped().known.facts
    return Gift(
        id=identity,
        amount_minor=values[AMOUNT],
        facts={
            name: _typed(value, kinds.get(name, ""))
            for name, value in values.items()
            if "." in name
        },
        agreement=values.get(AGREEMENT),
        project=values.get(PROJECT),
        refunded_minor=values.get(REFUNDED, 0),
    )


def _typed(value: Any, kind: str) -> FactValue:
    found: FactValue = date.fromisoformat(value) if kind == "date" else value
    return found


def split(value: Exact | None) -> tuple[int | None, str | None]:
    """Cut an exact amount into whole fen and the rest as a fraction."""
    if value is None or isinstance(value, int):
        return value, None
    whole, rest = divmod(value.numerator, value.denominator)
    return whole, f"{rest}/{value.denominator}" if rest else None


def joined(minor: int | None, rest: str | None) -> Exact | None:
    """Put an exact amount together again."""
    if minor is None or rest is None:
        return minor
    return minor + Fraction(rest)


def result_of(line: ClaimLine, identity: str) -> GiftResult:
    """Give back the engine's answer that a line keeps."""
    asked = [item.rpartition(":") for item in line.questions.split(";") if item]
    return GiftResult(
        gift=identity,
        status=line.status,
        codes=tuple(code for code in line.codes.split(",") if code),
        questions=tuple(Question(fact, code, identity) for fact, _, code in asked),
        counted_min=line.counted_low,
        counted_max=line.counted_high,
        counted_on=line.counted_on,
        matched_min=joined(line.low_minor, line.low_rest),
        matched_max=joined(line.high_minor, line.high_rest),
        cap_code=line.cap_code,
    )


def questions_of(line: Any) -> list[tuple[str, str]]:
    """Return the open questions of a line: fact and the code that hangs on it."""
    return [(fact, code) for fact, _, code in _parts(line.questions)]


def _parts(text: str) -> list[tuple[str, str, str]]:
    return [item.rpartition(":") for item in text.split(";") if item]


def group_dimension(scheme: Scheme) -> str | None:
    """Say what gifts that touch each other have in common: donor, agreement, project or all.

    None where every gift stands for itself. `all` where only the whole claim can be computed.
    """
    keys: list[set[str]] = []
    if not units.has_single_units(scheme):
        keys.append(_unit_keys(scheme.unit))
    if isinstance(scheme.caps, tuple):
        keys += [set(cap.per) for cap in scheme.caps if "gift" not in cap.per]
    keys = [key for key in keys if key]
    if not keys:
        return None
    shared = set.intersection(*keys) & {"donor", "agreement", "project"}
    return min(shared) if shared else "all"


def _unit_keys(unit: Any) -> set[str]:
    if not isinstance(unit, Unit):
        return {"agreement"}
    if unit.kind == words.BUNDLE:
        return set(unit.same)
    return {unit.kind.partition("_")[0]}


def group_of(dimension: str | None, judgement: Judgement) -> str | None:
    """Return the group of a gift, or None where it stands for itself."""
    if dimension is None:
        return None
    if dimension == "donor":
        return str(judgement.facts.get("donor.id") or "")
    if dimension == "agreement":
        return judgement.gift.agreement
    if dimension == "project":
        return judgement.gift.project
    return "all"


def stored_names(text: str) -> Sequence[str]:
    """Read the names of facts that a claim keeps."""
    names: Sequence[str] = json.loads(text)
    return names
