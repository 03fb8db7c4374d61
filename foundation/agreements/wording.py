"""Which wording of an agreement would cost a government match, seen while it is drafted.

The text is searched for words that say something the schemes ask about, the facts that were
ticked are added, and every shipped Chinese scheme judges the agreement as if its money had come
in. What comes out is a warning for a person, with the words that caused it; nothing is decided.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib import resources

from foundation.matching import catalogue, eligibility
from foundation.matching.facts import Context, Gift, Settled
from foundation.matching.predicates import FactValue
from foundation.matching.schemes import Scheme

_PREFIX = "cn-"
# What a draft can still answer; other open questions belong to the claim, not to the wording.
_ASKED = frozenset(
    {
        "gift.designated_use",
        "gift.university_may_pool",
        "gift.project_name",
        "agreement.ip_belongs_to_university",
    }
)


@dataclass(frozen=True, slots=True)
class Draft:
    """What of an agreement the schemes look at. None: nobody said."""

    on: date
    amount_minor: int | None
    title: str
    purpose: str
    delivery: str = ""
    naming: str = ""
    note: str = ""
    project_name: str = ""
    is_in_kind: bool = False
    may_pool: bool | None = None
    has_return_benefit: bool | None = None
    results_to_university: bool | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """Words of the draft that say something about a fact."""

    fact: str
    value: FactValue
    field: str
    words: str


@dataclass(frozen=True, slots=True)
class MatchWarning:
    """One reason that costs the match, or a question that the draft should answer.

    `schemes` are (id, title, grade, clause) of the schemes that say so.
    """

    code: str
    title: str
    title_en: str
    is_certain: bool
    schemes: tuple[tuple[str, str, str, str], ...]
    hits: tuple[Hit, ...]


@dataclass(slots=True)
class _Gathered:
    schemes: dict[str, tuple[str, str, str, str]] = field(default_factory=dict)
    facts: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Words:
    fact: str
    value: FactValue
    fields: tuple[str, ...]
    pattern: re.Pattern[str]


def warnings(draft: Draft) -> list[MatchWarning]:
    """Return what the wording would cost, certain refusals first, then open questions."""
    hits = hits_in(draft)
    gift = Gift(
        id="draft", amount_minor=draft.amount_minor or 1, facts=_facts(draft, hits), project="draft"
    )
    certain: dict[str, _Gathered] = {}
    open_ones: dict[str, _Gathered] = {}
    for scheme in schemes():
        gate = eligibility.compile_gate(
            scheme, context=Context(checks_claimant=False), settled=Settled()
        )
        judged = eligibility.judge(gate, gift)
        for code in judged.codes:
            _gather(certain, code, scheme)
        for fact, code in judged.questions:
            if fact in _ASKED:
                _gather(open_ones, code, scheme).facts.add(fact)
    return [
        *(_warning(code, item, hits, is_certain=True) for code, item in sorted(certain.items())),
        *(
            _warning(code, item, hits, is_certain=False)
            for code, item in sorted(open_ones.items())
            if code not in certain
        ),
    ]


def hits_in(draft: Draft) -> list[Hit]:
    """Return the words of a draft that say something about a fact, in the order of the data."""
    texts: Mapping[str, str] = {
        "title": draft.title,
        "purpose": draft.purpose,
        "delivery": draft.delivery,
        "naming": draft.naming,
        "note": draft.note,
    }
    found = [
        Hit(words.fact, words.value, name, match.group())
        for words in _vocabulary()
        for name in words.fields
        if (match := words.pattern.search(texts[name])) is not None
    ]
    if draft.naming.strip() and not any(hit.fact == "gift.named" for hit in found):
        found.append(Hit("gift.named", True, "naming", draft.naming.strip()[:60]))
    return found


def schemes() -> list[Scheme]:
    """Return the shipped Chinese schemes that no later one replaces."""
    return [
        scheme
        for scheme in catalogue.list_schemes()
        if scheme.id.startswith(_PREFIX) and not scheme.superseded_by
    ]


def _facts(draft: Draft, hits: list[Hit]) -> dict[str, FactValue]:
    # Of two hits on one fact the first in the data wins: scholarships before buildings.
    facts: dict[str, FactValue] = {hit.fact: hit.value for hit in reversed(hits)}
    facts |= {
        "gift.recipient_kind": "foundation_registered",
        "gift.cash_received_on": draft.on,
        "gift.asset_kind": "other_in_kind" if draft.is_in_kind else "cash",
        "gift.source_lawful": True,
        "gift.good_for_development": True,
    }
    if draft.project_name:
        facts["gift.project_name"] = draft.project_name
    if draft.may_pool is not None:
        facts["gift.university_may_pool"] = draft.may_pool
        facts["gift.designated_use"] = not draft.may_pool
    if draft.has_return_benefit is not None:
        facts["gift.return_benefit"] = draft.has_return_benefit
    if draft.results_to_university is not None:
        facts["agreement.ip_belongs_to_university"] = draft.results_to_university
    return facts


def _gather(into: dict[str, _Gathered], code: str, scheme: Scheme) -> _Gathered:
    gathered = into.setdefault(code, _Gathered())
    clause = next((rule.clause for rule in scheme.gift_rules if rule.code == code), "")
    gathered.schemes[scheme.id] = (scheme.id, scheme.title, scheme.grade, clause)
    for rule in scheme.gift_rules:
        if rule.code == code:
            gathered.facts.update(rule.facts)
    return gathered


def _warning(code: str, gathered: _Gathered, hits: list[Hit], *, is_certain: bool) -> MatchWarning:
    zh, en = catalogue.shipped().labels.codes.get(code, (code, code))
    return MatchWarning(
        code=code,
        title=zh,
        title_en=en,
        is_certain=is_certain,
        schemes=tuple(item for _, item in sorted(gathered.schemes.items())),
        hits=tuple(hit for hit in hits if hit.fact in gathered.facts),
    )


@cache
def _vocabulary() -> tuple[_Words, ...]:
    text = resources.files("foundation.agreements.data").joinpath("wording.toml").read_text("utf-8")
    return tuple(
        _Words(item["fact"], item["value"], tuple(item["fields"]), re.compile(item["pattern"]))
        for item in tomllib.loads(text)["wording"]
    )
