"""What the certificate ledgers share."""

from kit.directory import DictionaryDeclaration, item

REVIEW_RESULT = DictionaryDeclaration(
    code="review_result",
    name="复审结果",
    editable=False,
    items=(
        item("passed", "合格", aliases=("通过", "复审合格"), color="green"),
        item("failed", "不合格", aliases=("未通过", "复审不合格"), color="red"),
        item("pending", "未复审", aliases=("待复审",), color="default"),
    ),
)

CERTIFICATE_STATUS = DictionaryDeclaration(
    code="certificate_status",
    name="证书状态",
    editable=False,
    items=(
        item("valid", "有效", color="green"),
        item("review_due", "待复审", color="gold"),
        item("review_overdue", "复审超期", color="red"),
        item("expiring", "即将到期", color="orange"),
        item("expired", "已过期", color="red"),
        item("cancelled", "已注销", color="default"),
    ),
)
