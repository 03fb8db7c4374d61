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
