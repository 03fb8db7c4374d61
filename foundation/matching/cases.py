"""Evaluate a document of cases: schemes, and claims to compute under them.

The document brings its own schemes, rule blocks and default facts; a case is a list of gifts, a
recognised income, an award to check, or another of the shapes of `case_shapes`. Figures come
back as text with two decimals. What a case expects is never read as an answer, only where it
carries the amounts to compute with.
"""

from collections.abc import Callable, Mapping
from typing import Any

from foundation.matching import case_queue, case_shapes, case_tables, catalogue, checking, loading
from foundation.matching.case_input import Case, CaseBook, fail, new_case
from foundation.matching.check_report import Known
from foundation.matching.results import ResultStatus
from foundation.matching.schemes import Scheme
from ledger.errors import InvalidInput

Output = dict[str, Any]
Shape = Callable[[Case], Output]

# Which key of a case calls which computation; the first one present decides.
SHAPES: tuple[tuple[tuple[str, ...], Shape], ...] = (
    (("gifts",), case_shapes.of_gifts),
    (("projects",), case_shapes.of_projects),
    (("proceeds",), case_shapes.of_proceeds),
    (("claims",), case_queue.of_claims),
    (case_tables.CLAIMANT_KEYS, case_tables.of_claimants),
    (("awards", "award"), case_tables.of_awards),
    (("uses", "use", "spending", "spend", "expenditures"), case_tables.of_uses),
    (("returned_on", "returned", "refunds"), case_tables.of_return),
    (("recognised",), case_shapes.of_recognised),
    (("cases", "rows"), case_shapes.of_rows),
    (("gift",), case_shapes.of_one_gift),
    (("recognised_by_year",), case_tables.of_years),
    (("awards_wan",), case_tables.of_published_awards),
    (("parts",), case_tables.of_parts),
    (("example",), case_tables.of_share),
)
FINALISE_KEYS = ("finalise", "finalize", "final")


def evaluate_cases(document: Mapping[str, Any]) -> list[Output]:
    """Evaluate every case of a document, in its order.

    Each answer has at least `id`, `status`, `gifts`, `recognised` and `matched`. Raises
    InvalidInput with the path of what cannot be read, such as `cases[3].gifts[0].amount`.
    """
    book = open_book(document)
    listed = document.get("cases")
    if not isinstance(listed, list):
        raise fail("cases", "应为案例的列表")
    return [evaluate_case(book, item, path=f"cases[{place}]") for place, item in enumerate(listed)]


def open_book(document: object) -> CaseBook:
    """Read the schemes and defaults of a document. What it lacks is taken from the shipped."""
    if not isinstance(document, Mapping):
        raise fail("document", "应为含有 schemes 与 cases 的文件")
    shipped = catalogue.shipped()
    schemes: dict[str, Scheme] = dict(shipped.schemes)
    own = document.get("schemes", [])
    mixins = {**shipped.mixins, **_table(document, "mixins")}
    defaults = _table(document, "gift_defaults")
    if own:
        known = catalogue.with_own_names(shipped.known, document)
        known = known.plus(facts=_facts_of_cases(document), mixins=frozenset(mixins))
        loaded = _schemes(document, known, mixins)
        schemes.update({scheme.id: scheme for scheme in loaded})
    return CaseBook(schemes=schemes, defaults=defaults)


def _schemes(
    document: Mapping[str, Any], known: Known, mixins: Mapping[str, Any]
) -> tuple[Scheme, ...]:
    # Only the schemes and blocks are checked here; the cases name their own mistakes.
    carried = {key: document[key] for key in ("schemes", "mixins", "sources") if key in document}
    loading.refuse(checking.mistakes_in(carried, known=known))
    return tuple(loading.scheme(item, mixins=mixins) for item in carried["schemes"])


def _facts_of_cases(document: Mapping[str, Any]) -> dict[str, str]:
    named: dict[str, str] = {}
    for case in document.get("cases") or ():
        if isinstance(case, Mapping):
            claimant = case.get("claimant")
            named.update(dict.fromkeys(claimant if isinstance(claimant, Mapping) else (), ""))
    return named


def _table(document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = document.get(key, {})
    if not isinstance(value, Mapping):
        raise fail(key, "应为键值表")
    return value


def evaluate_case(book: CaseBook, data: object, *, path: str) -> Output:
    """Evaluate one case."""
    if not isinstance(data, Mapping):
        raise fail(path, "应为一个案例")
    case = new_case(book, data, path=path)
    try:
        answer = _shape(case)(case)
    except InvalidInput as error:
        raise _placed(error, path) from None
    return _finalised(case, answer)


def _placed(error: InvalidInput, path: str) -> InvalidInput:
    """Name the case in a mistake that only knows its own part of it."""
    data = dict(error.data)
    place = str(data.get("field", ""))
    if place.startswith(path):
        return error
    reason = str(data.get("reason") or error.describe())
    return InvalidInput(field=f"{path}.{place}" if place else path, reason=reason)


def _shape(case: Case) -> Shape:
    for keys, shape in SHAPES:
        if any(case.has(key) for key in keys):
            return shape
    return case_shapes.of_gifts


def _finalised(case: Case, answer: Output) -> Output:
    """Add whether the claim could be handed in, and refuse where the case asks to."""
    blockers = case_shapes.blockers_of(case)
    answer.setdefault("missing", [])
    answer["finalise"] = "refused" if blockers else "allowed"
    answer["blockers"] = [item.parameter for item in blockers]
    if blockers and _asks_to_finalise(case):
        answer["status"] = ResultStatus.REFUSED.value
        answer["code"] = "SCHEME_INCOMPLETE"
        answer["codes"] = ["SCHEME_INCOMPLETE"]
        answer["missing"] = list(dict.fromkeys([*answer["missing"], *case.scheme.unknown]))
        answer["matched"] = None
    return answer


def _asks_to_finalise(case: Case) -> bool:
    """Whether a case says `finalise: true` or has an action of that name."""
    stated = {**case.params, **case.data}
    return any(
        (key in FINALISE_KEYS and bool(value))
        or (isinstance(value, str) and value in FINALISE_KEYS)
        for key, value in stated.items()
    )
