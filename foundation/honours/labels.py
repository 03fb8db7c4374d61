"""Words for bases of levels and for why a gift is not named."""

from foundation.honours.models import Basis
from foundation.honours.roll import LeftOut
from foundation.http.languages import mark

BASES = {
    Basis.CUMULATIVE: mark("历年累计"),
    Basis.YEARLY: mark("当年捐赠"),
    Basis.CAMPAIGN: mark("筹款活动"),
}
REASONS = {
    LeftOut.ANONYMOUS: mark("匿名捐赠"),
    LeftOut.NO_CONSENT: mark("没有同意公示姓名的记录"),
    LeftOut.WITHDRAWN: mark("不同意公示姓名"),
}
