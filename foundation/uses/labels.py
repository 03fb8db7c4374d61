"""Words for the ways in which a report goes out."""

from foundation.http.languages import mark
from foundation.uses.models import Way

WAYS = {
    Way.MAILED: mark("邮件通知"),
    Way.DOWNLOADED: mark("捐赠人下载"),
    Way.HANDED: mark("当面或邮寄交付"),
}
