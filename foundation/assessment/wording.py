"""What states, verdicts and grades are called, and sentences with their data in one language."""

from collections.abc import Callable, Mapping
from typing import Any

from foundation.assessment.gaps import IndicatorState
from foundation.assessment.models import TaskState
from foundation.assessment.probing import Verdict
from foundation.assessment.rubrics import Looks
from foundation.assessment.shipped import Asks
from foundation.duties.loading import Words
from foundation.http.languages import mark

# Words and the tone of the badge.
STATES: dict[str, tuple[str, str]] = {
    IndicatorState.LACKING: (mark("缺证据"), "alert"),
    IndicatorState.UNSCORED: (mark("待自评"), "plain"),
    IndicatorState.WAITING: (mark("待复核"), "waiting"),
    IndicatorState.DONE: (mark("已完成"), "done"),
    Verdict.MET: (mark("已符合"), "done"),
    Verdict.NOT_MET: (mark("未符合"), "alert"),
    Verdict.UNCLEAR: (mark("无法判断"), "muted"),
    TaskState.OPEN: (mark("待办"), "waiting"),
    TaskState.DONE: (mark("已办"), "done"),
    TaskState.DROPPED: (mark("不再需要"), "muted"),
}
LOOKS = {
    Looks.CURRENT: mark("看当前"),
    Looks.YEARS: mark("看评估年度"),
    Looks.TERM: mark("看任期"),
}
ASKS = {
    Asks.CURRENT: mark("须有一份在有效期内"),
    Asks.YEARS: mark("每个已结束的评估年度一份"),
    Asks.TERM: mark("换届或变更法定代表人时"),
    Asks.EVENT: mark("有此事项时"),
}


def say(
    sentence: str, values: Mapping[str, Any], *, language: str, translate: Callable[[str], str]
) -> str:
    """Return a sentence with its data in the reader's language."""
    data = {
        name: value.of(language) if isinstance(value, Words) else _said(value, translate)
        for name, value in values.items()
    }
    return translate(sentence).format(**data)


def _said(value: object, translate: Callable[[str], str]) -> object:
    return translate(value) if isinstance(value, str) else value


def number_of(paper_id: int) -> str:
    """Write the number of a paper, as the score sheet names it: `E0012`."""
    return f"E{paper_id:04d}"
