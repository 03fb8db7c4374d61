"""The words people read about fund projects; translated where they are shown."""

from foundation.http.languages import mark
from foundation.projects.models import EndowmentBase, Remainder

REMAINDERS = {
    Remainder.AS_AGREED: mark("按协议约定处理"),
    Remainder.SIMILAR_PURPOSE: mark("用于目的相同或相近的项目"),
    Remainder.RETURN_TO_DONOR: mark("退还捐赠人"),
    Remainder.UNRESTRICTED: mark("经捐赠人同意转为非限定"),
}
BASES = {
    EndowmentBase.INCOME: mark("当年收益"),
    EndowmentBase.NET_ASSETS: mark("以前年末净资产平均数"),
}
