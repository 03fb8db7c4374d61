"""The check of conditions and gift rules; see `checking`."""

from collections.abc import Mapping

from foundation.matching import amounts, predicates
from foundation.matching import vocabulary as words
from foundation.matching.check_report import Report
from foundation.matching.reading import Float, Path
from ledger.errors import InvalidInput


def gift_rules(value: object, path: Path, report: Report) -> None:
    """Check a list of gift rules or a shared block of them."""
    if not isinstance(value, list):
        report.add(path, "应为规则的列表", "must be a list of rules")
        return
    for index, rule in enumerate(value):
        where = (*path, index)
        if not isinstance(rule, Mapping):
            report.add(where, "应为一条规则", "must be a rule")
        elif "use" in rule:
            report.keys(rule, words.USE_KEYS, where)
            if str(rule["use"]) not in report.known.mixins:
                report.add(
                    (*where, "use"),
                    f"没有名为“{rule['use']}”的规则块",
                    f"there is no rule block '{rule['use']}'",
                )
        else:
            _rule(rule, where, report)


def _rule(rule: Mapping[str, object], path: Path, report: Report) -> None:
    report.keys(rule, words.RULE_KEYS, path)
    code = rule.get("code")
    if not isinstance(code, str) or not code:
        report.add((*path, "code"), "规则缺少原因代码", "the rule has no reason code")
    elif report.known.codes and code not in report.known.codes:
        report.add(
            (*path, "code"),
            f"未知的原因代码“{code}”",
            f"unknown reason code '{code}'",
            is_fatal=False,
        )
    kinds = [kind for kind in words.RULE_KINDS if kind in rule]
    if len(kinds) != 1:
        report.add(
            path,
            "规则应有且只有 reject_if、reject_unless、decide 之一",
            "a rule has exactly one of reject_if, reject_unless, decide",
        )
    for kind in kinds:
        if kind == "decide":
            report.fact(rule["decide"], (*path, "decide"))
        else:
            predicate(rule[kind], (*path, kind), report)
    if "when" in rule:
        predicate(rule["when"], (*path, "when"), report)
    if "expect" in rule:
        report.flag(rule["expect"], (*path, "expect"))
        if "decide" not in rule:
            report.add(
                (*path, "expect"), "只有 decide 规则才有 expect", "expect belongs to a decide rule"
            )


def predicate(value: object, path: Path, report: Report) -> None:
    """Check one condition."""
    if not isinstance(value, Mapping):
        report.add(path, "应为条件", "must be a condition")
        return
    combined = [key for key in words.COMBINED if key in value]
    if combined:
        _combined(value, combined, path, report)
    elif value.get("op") == "same":
        report.keys(value, words.SAME_KEYS, path)
        names = value.get("facts")
        if not isinstance(names, list) or len(names) < 2:
            report.add((*path, "facts"), "same 需要至少两个事实", "same needs two facts or more")
            return
        for index, name in enumerate(names):
            report.fact(name, (*path, "facts", index))
    else:
        _comparison(value, path, report)


def _combined(value: Mapping[str, object], combined: list[str], path: Path, report: Report) -> None:
    if len(combined) > 1 or set(value) - set(combined) - words.ANYWHERE:
        report.add(
            path, "all、any、not 不能与其他键并列", "all, any and not stand alone in a condition"
        )
    for key in combined:
        items = value[key]
        if key == "not":
            predicate(items, (*path, key), report)
        elif not isinstance(items, list) or not items:
            report.add((*path, key), "应为条件的列表", "must be a list of conditions")
        else:
            for index, item in enumerate(items):
                predicate(item, (*path, key, index), report)


def _comparison(value: Mapping[str, object], path: Path, report: Report) -> None:
    report.keys(value, words.COMPARE_KEYS, path)
    report.fact(value.get("fact"), (*path, "fact"))
    op = value.get("op")
    if op not in words.OPERATORS:
        report.add(
            (*path, "op"),
            f"未知的运算符“{op}”，可用：{'、'.join(words.OPERATORS)}",
            f"unknown operator '{op}', use one of {', '.join(words.OPERATORS)}",
        )
        return
    where = (*path, "value")
    found = value.get("value")
    if op in ("present", "absent"):
        if "value" in value:
            report.add(where, f"{op} 不带 value", f"{op} takes no value")
    elif "value" not in value:
        report.add(where, "缺少 value", "the value is missing")
    elif op in ("in", "not_in"):
        if not isinstance(found, list) or not found:
            report.add(where, f"{op} 的 value 应为列表", f"{op} needs a list of values")
    elif isinstance(found, list | Mapping):
        report.add(where, f"{op} 的 value 应为单个值", f"{op} needs a single value")
    else:
        _typed(value, str(op), report, path)


def _typed(value: Mapping[str, object], op: str, report: Report, path: Path) -> None:
    """A value must be of the kind that its fact holds."""
    found, where = value["value"], (*path, "value")
    kind = report.known.facts.get(str(value.get("fact")), "")
    if isinstance(found, Float | float):
        return
    if op in predicates.ORDERINGS:
        if kind in ("boolean", "text"):
            report.add(where, f"事实不是数字或日期，不能用 {op}", f"{op} needs a number or a date")
        elif not _is_orderable(found):
            report.add(
                where, f"{op} 的 value 应为数字或日期", f"{op} compares with a number or a date"
            )
    elif kind == "boolean" and not isinstance(found, bool):
        report.add(where, "该事实只有 true 或 false", "this fact is true or false")


def _is_orderable(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return False
    try:
        amounts.number(value, path="")
    except InvalidInput:
        try:
            predicates.as_date(value, path="")
        except InvalidInput:
            return False
    return True
