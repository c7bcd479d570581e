"""Leaf 4.2."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy.orm import Mapped

from kit.fields import RequiredWhen, choice
from services.ledgers import certificate_fields as common
from services.ledgers.ledger import Expiry, Ledger, LedgerRow


class GasCertificate(LedgerRow):
    """燃气经营企业从业人员专业培训考核合格证 (建城〔2014〕167号). No validity holds for the whole country: provinces run
    retests, so the printed date counts before the dictionary's."""

    ledger = Ledger(
        slug="gas-certificates",
        title="燃气从业人员资格证",
        leaf="4.2",
        description="燃气经营企业从业人员专业培训考核合格证：主要负责人、安全管理人员、运行维护和抢修人员",
        natural_key=("cert_type", "cert_no", "item"),
        row_title=("person_name", "cert_type", "item"),
        list_first=("person_name", "status", "cert_type", "valid_to", "review_date", "dept_id", "cert_no"),
        rules=(
            *common.PERSON_RULES,
            common.validity("item", "cert_type"),
            *common.review("item", "cert_type"),
            *common.DATE_RULES,
            common.OF_WORKING_AGE,
        ),
        expiry=(
            Expiry("review_date", warn_days=(60, 30, 7), warn_days_of="cert_type",
                   suppressed_when=common.OUT_OF_USE, done_when=common.REVIEWED),
            Expiry("valid_to", warn_days=(60, 30, 7), warn_days_of="cert_type",
                   suppressed_when=common.OUT_OF_USE),
        ),
        superseded_by=common.replaced("cert_type", "item"),
        status=common.status(reviewed=True),
        facts=("cert_type", "item", "employment", "valid_to", "review_date"),
        fact_conditions=common.FACT_CONDITIONS,
        facts_unless={"review_date": common.REVIEWED},
    )  # fmt: skip

    person_name: Mapped[str] = common.person_name()
    gender: Mapped[str | None] = common.gender()
    id_number: Mapped[str] = common.id_number()
    dept_id: Mapped[UUID] = common.dept_id()
    phone: Mapped[str | None] = common.phone()
    post: Mapped[str | None] = common.post()
    employment: Mapped[str | None] = common.employment()
    cert_type: Mapped[str] = common.cert_type("gas_certificate_type", "运行、维护和抢修人员", aliases=("人员类型",))
    item: Mapped[str | None] = choice(
        "工种",
        dictionary="gas_trade",
        within="cert_type",
        filter=True,
        width=150,
        required_when=RequiredWhen("cert_type", ("operation",)),
        example="燃气管网运行工",
        aliases=("职业工种", "岗位工种", "准操项目", "专业"),
    )
    cert_no: Mapped[str] = common.cert_no()
    issuer: Mapped[str] = common.issuer("省住房和城乡建设厅")
    first_issue_date: Mapped[date | None] = common.first_issue_date()
    issue_date: Mapped[date] = common.issue_date()
    valid_from: Mapped[date | None] = common.valid_from()
    valid_to: Mapped[date] = common.valid_to("留空时按字典中的有效期推算，各省规定不同")
    review_date: Mapped[date | None] = common.review_date("本省规定复检的，填应复检日期")
    last_review_date: Mapped[date | None] = common.last_review_date()
    review_result: Mapped[str | None] = common.review_result()
    cancelled_on: Mapped[date | None] = common.cancelled_on()
