"""Words for grades of sources and for roles, where the calendar shows them."""

from foundation.http.languages import mark

GRADES: dict[str, str] = {
    "A": mark("依据等级 A：官方文本"),
    "B": mark("依据等级 B：逐字引用"),
    "C": mark("依据等级 C：二手来源"),
    "M": mark("依据等级 M：凭记忆，须核实"),
    "I": mark("依据等级 I：推定"),
}
