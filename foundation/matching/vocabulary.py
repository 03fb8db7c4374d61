"""The words that a scheme file may use: keys, methods, units, steps, and what each may hold.

This is the grammar of the rule files, not of any one scheme. The check and the loader both read
it, so a word is known to both or to neither.
"""

from foundation.matching import predicates, rounding
from foundation.matching.schemes import SchemeStatus

UNKNOWN_TEXT = "UNKNOWN"
MEMORY_TEXT = "MEMORY"

STATUSES = tuple(status.value for status in SchemeStatus)
GRADES = ("A", "B", "C", "M", "I")

# A remark, a clause or a source may stand beside any parameter.
ANYWHERE = frozenset({"note", "src", "clause", "grade"})

FILE_KEYS = frozenset({"mixins", "schemes", "sources", "source", "grade", "note"})
# A file of cases carries its schemes with it and is checked the same way.
CASE_FILE_KEYS = FILE_KEYS | {
    "version", "date", "about", "conventions", "gift_defaults", "reason_codes", "cases",
}  # fmt: skip

SCHEME_KEYS = ANYWHERE | {
    "scheme", "title", "family", "doc", "in_force", "status", "currency", "claimant", "window",
    "unit", "gift_rules", "basis", "minimum", "recognise", "match", "caps", "pool", "rounding",
    "documents", "use_of_match", "consequences", "income_kinds", "assets_allowed", "payout",
    "unknown", "fiscal_year_starts", "superseded_by",
}  # fmt: skip
IN_FORCE_KEYS = ANYWHERE | {"from", "to"}

OPERATORS = (*predicates.COMPARISONS, "same")
COMPARE_KEYS = ANYWHERE | {"fact", "op", "value"}
SAME_KEYS = ANYWHERE | {"op", "facts"}
COMBINED = ("all", "any", "not")

RULE_KEYS = ANYWHERE | {"code", "reject_if", "reject_unless", "decide", "expect", "when"}
RULE_KINDS = ("reject_if", "reject_unless", "decide")
USE_KEYS = ANYWHERE | {"use"}

WINDOW_KEYS = ANYWHERE | {
    "date", "period", "from", "to", "claims", "claim_within_days", "new_donations_only", "also",
    "paid",
}  # fmt: skip
PERIODS = ("previous_year", "claim_year", "calendar_year", UNKNOWN_TEXT)

SINGLE_UNITS = ("receipt", "gift")
SUMMED_UNITS = (
    "agreement", "agreement_year", "project", "project_year", "donor", "donor_year",
    "claimant_total", "claimant_year",
)  # fmt: skip
BUNDLE = "bundle"
UNITS = (*SINGLE_UNITS, *SUMMED_UNITS, BUNDLE)
UNIT_KEYS = ANYWHERE | {"kind", "same", "within_days", "from"}
BUNDLE_STARTS = ("first_deposit", "last_deposit")

BASIS_KEYS = ANYWHERE | {"securities", "received_on", "refunds"}
BASES = ("received", "net_of_refund", "realised_proceeds")

MINIMUM_KEYS = ANYWHERE | {"value", "cmp", "soft", "by_class"}
MINIMUM_CLASS_KEYS = ANYWHERE | {"when", "value", "cmp"}
COMPARISONS_OF_MINIMUM = ("ge", "gt")

RECOGNISE_KEYS = ANYWHERE | {"coefficient", "op"}

METHOD_KEYS = {
    "flat": {"ratio", "max_ratio"},
    "marginal": {"bands"},
    "whole": {"brackets"},
    "by_class": {"fact", "ratios", "adjustable_by"},
    "baseline": {"when", "ratio_above", "ratio_below", "baseline", "years", "otherwise"},
    "share_of_pool": {"weight", "max_ratio"},
    "assessed": {"max_ratio"},
    UNKNOWN_TEXT: {"max_ratio", "ratio", "bands", "brackets", "ratios"},
}
METHOD_NEEDS = {
    "flat": ("ratio",),
    "marginal": ("bands",),
    "whole": ("brackets",),
    "by_class": ("fact", "ratios"),
    "baseline": ("ratio_above", "ratio_below", "baseline"),
}
METHODS = tuple(METHOD_KEYS)
WEIGHTS = ("recognised", "recognised_after_coefficients")
BAND_KEYS = ANYWHERE | {"from", "upto", "to", "ratio"}

CAP_KEYS = ANYWHERE | {"per", "of", "value", "fixed"}
CAP_PER = (
    "claimant", "donor", "project", "gift", "agreement", "year", "calendar_year", "fiscal_year",
    "scheme",
)  # fmt: skip
CAP_OF = ("grant", "gift_amount")

POOL_KEYS = ANYWHERE | {
    "period", "amount", "rule", "rate", "reserve", "queue_by", "on_exhausted", "on_abolition",
    "reduced_to", "adjustable_by", "must_sum_to_pool",
}  # fmt: skip
POOL_RULES = ("none", "prorata", "proportional", "fcfs", "assessed", "caps", UNKNOWN_TEXT)
RESERVE_KEYS = ANYWHERE | {"per_claimant", "until"}

ROUNDING_KEYS = ANYWHERE | {"place", "mode", "at", "residual", "sourced"}
ROUNDING_MODES = (*rounding.MODES, UNKNOWN_TEXT)
ROUNDING_STEPS = rounding.STEPS

DOCUMENT_KEYS = ANYWHERE | {"name", "stage", "by", "per"}
USE_OF_MATCH_KEYS = ANYWHERE | {"by", "for", "prefer", "forbid", "extra_2020"}
CONSEQUENCE_KEYS = ANYWHERE | {"donation_returned", "blacklist", "performance_review"}
RETURNED_KEYS = ANYWHERE | {"notify_within_days", "repay_match"}

# What people call the parameters, the counting units and the roundings: (Chinese, English).
PARAMETER_NAMES = {
    "doc": ("文号", "document number"),
    "in_force": ("施行日期", "dates in force"),
    "claimant": ("申请单位范围", "who may claim"),
    "window": ("申报期间", "window"),
    "unit": ("“单笔”的含义", "what counts as one gift"),
    "gift_rules": ("认定条件", "gift rule"),
    "basis": ("计入口径", "basis"),
    "minimum": ("单笔最低额", "minimum"),
    "recognise": ("系数", "coefficients"),
    "match": ("配比方法", "method of the match"),
    "caps": ("上限", "caps"),
    "pool": ("资金总量与分配规则", "pool and its rule"),
    "rounding": ("取整规则", "rounding"),
}
UNIT_NAMES = {
    "receipt": ("每笔到账", "each receipt"),
    "gift": ("每笔捐赠", "each gift"),
    "agreement": ("同一协议", "one agreement"),
    "agreement_year": ("同一协议在一年内", "one agreement in a year"),
    "project": ("同一项目", "one project"),
    "project_year": ("同一项目在一年内", "one project in a year"),
    "donor": ("同一捐赠人", "one donor"),
    "donor_year": ("同一捐赠人在一年内", "one donor in a year"),
    "bundle": ("数日内的合并捐赠", "a bundle of days"),
    "claimant_total": ("申请单位合计", "the claimant's total"),
    "claimant_year": ("申请单位年度合计", "the claimant's year"),
    UNKNOWN_TEXT: ("未明确", "not settled"),
}
ROUNDING_NAMES = {
    "half_up": ("四舍五入", "half up"),
    "half_even": ("四舍六入五成双", "half to even"),
    "half_down": ("五舍六入", "half down"),
    "down": ("舍去尾数", "down"),
    "up": ("进一", "up"),
}


def parameter_name(name: str) -> tuple[str, str]:
    """Call a parameter by name; a gift rule keeps its code."""
    kind, _, code = name.partition(".")
    zh, en = PARAMETER_NAMES.get(kind, (name, name))
    return (f"{zh} {code}", f"{en} {code}") if code else (zh, en)
