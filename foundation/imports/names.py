"""Who gave: names as people type them, and what a register says around the name.

The display keeps the text of the register. What is found here serves to recognise the same
donor again: one spelling, the donor behind somebody who only passed the money on, and marks
for names that do not identify anybody.
"""

import re
import unicodedata
from dataclasses import dataclass

from foundation.imports.cells import INVISIBLE

_BLANKS = re.compile(r"\s+")
_BRACKETS = str.maketrans("〔〕【】", "()()")
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
# Most names: nothing to normalise. Digits and Latin letters are left to the full path.
_SIMPLE = re.compile(f"[{_HAN}]+")
# 张 三 and 李 小 明 are typed with blanks to line up with longer names.
_SPACED_NAME = re.compile(f"[{_HAN}](?: [{_HAN}]){{1,3}}")
_AROUND_BRACKETS = re.compile(r" ?([()]) ?")

_ANONYMOUS = re.compile(
    r"匿名|佚名|无名(?:氏|人士|者|$)|(?:爱心|好心|热心|善心)(?:人士?|市民|网友|群众|者)$|不愿.*(?:姓名|留名|具名|透露)"
    r"|未(?:留名|署名|具名)|某(?:先生|女士|小姐|同学|校友|人|单位|公司|企业)$|anonym",
    re.IGNORECASE,
)
_MASKED = re.compile(rf"[*＊×]|^[{_HAN}]{{1,2}}(?:某{{1,2}}|[xX○]{{1,2}}|先生|女士|小姐)$")

_GIVEN = r"(?:的?(?:爱心|赈灾|抗疫)?(?:捐[款赠资助]{0,2}|善款)(?:款项?|资金)?)"
# The lookarounds keep 时代, 现代, 代理, 中转, 转运 and the like from being read as passing on.
_PASSES = (
    r"(?:(?<![时现当近古后世年朝替历交迭换])代[为替]?(?![理码工购沟言价谢数表])(?:转|捐)?"
    r"|(?:代为)?转(?:来|入|交|账|帐|捐|给)"
    r"|(?<![中周运流旋逆反翻好玉公])转(?![让型换运移化向基播盘炉子速口正]))"
)
_PASSED_ON = (
    # 甲转来乙捐款, 甲代乙捐
    re.compile(rf"(?P<by>.{{2,}}?){_PASSES}(?P<donor>.{{2,}}?){_GIVEN}"),
    # 甲转来乙, 甲转交乙: these two words say it without 捐款 as well
    re.compile(r"(?P<by>.{2,}?)(?:转来|转交)(?P<donor>.{2,}?)"),
    # 甲 代 乙
    re.compile(r"(?P<by>.{2,}?)\s+(?:代[为替表]?|转(?:来|入|交)?)\s+(?P<donor>.{2,}?)"),
    # 甲（转乙捐款）, 甲(代乙)
    re.compile(
        rf"(?P<by>.{{2,}}?)\s*\((?:代[为替表]?|转(?:来|入|交)?)\s*(?P<donor>.{{2,}}?){_GIVEN}?\)"
    ),
    # 乙（由甲代捐）, 乙（甲转交）
    re.compile(
        rf"(?P<donor>.{{2,}}?){_GIVEN}?\s*\(由?(?P<by>.{{2,}}?)(?:代(?:捐|转|交|付|汇|缴)|转(?:来|入|交))"
        rf"{_GIVEN}?\)"
    ),
)


@dataclass(frozen=True, slots=True)
class Donor:
    """The donor that a cell names, and who passed the gift on, if anybody did."""

    name: str
    passed_on_by: str | None
    is_anonymous: bool
    is_masked: bool


def normalise_name(text: str) -> str:
    """Return the one spelling of a name that equal names share.

    Unicode NFKC (full-width letters, digits and brackets become plain ones), all brackets
    round, nothing invisible, no blanks around the name or its brackets, one blank inside;
    the blanks of a name typed character by character (张　三) are dropped.
    """
    if _SIMPLE.fullmatch(text):
        return text
    cleaned = unicodedata.normalize("NFKC", INVISIBLE.sub("", text)).translate(_BRACKETS)
    cleaned = _AROUND_BRACKETS.sub(r"\1", _BLANKS.sub(" ", cleaned).strip())
    if _SPACED_NAME.fullmatch(cleaned):
        return cleaned.replace(" ", "")
    return cleaned


def read_donor(text: str) -> Donor:
    """Return the donor named by the text of a register.

    `甲转来乙捐款`, `甲代乙捐`, `甲（转乙捐款）`, `甲 代 乙` and `乙（由甲代捐）` name 乙 as the
    donor, passed on by 甲. Only these clear forms count; any other text is the donor's name.
    """
    name = normalise_name(text)
    passed_on_by = None
    if "代" in name or "转" in name:
        for form in _PASSED_ON:
            match = form.fullmatch(name)
            if match:
                name = normalise_name(match["donor"])
                passed_on_by = normalise_name(match["by"])
                break
    return Donor(
        name=name,
        passed_on_by=passed_on_by,
        is_anonymous=_ANONYMOUS.search(name) is not None,
        is_masked=_MASKED.search(name) is not None,
    )
