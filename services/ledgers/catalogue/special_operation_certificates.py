"""Leaf 4.3."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy.orm import Mapped

from kit.fields import OfAge, choice
from services.ledgers import certificate_fields as common
from services.ledgers.ledger import Expiry, Ledger, LedgerRow


class SpecialOperationCertificate(LedgerRow):
    """特种作业操作证 (6 years, review every 3: 总局令第30号) and 特种设备安全管理和作业人员证 (4 years: TSG Z6001-2019)."""

    ledger = Ledger(
        slug="special-operation-certificates",
        title="特种作业和特种设备操作人员资格证",
        leaf="4.3",
        description="特种作业操作证、特种设备安全管理和作业人员证；一人多证分行登记",
        # A certificate number is the identity number here, shared by all of one person's items.
        natural_key=("cert_type", "cert_no", "item"),
        row_title=("person_name", "cert_type", "item"),
        list_first=("person_name", "status", "item", "valid_to", "review_date", "dept_id", "cert_no"),
        rules=(
            *common.PERSON_RULES,
            common.validity("item", "category", "cert_type"),
            *common.review("item", "category", "cert_type"),
            *common.DATE_RULES,
            OfAge("issue_date", "id_number", 18, "总局令第30号第四条、TSG Z6001-2019"),
        ),
        expiry=(
            Expiry("review_date", warn_days=(90, 60, 30), warn_days_of="cert_type",
                   suppressed_when=common.OUT_OF_USE, done_when=common.REVIEWED),
            Expiry("valid_to", warn_days=(90, 60, 30), warn_days_of="cert_type",
                   suppressed_when=common.OUT_OF_USE),
        ),
        superseded_by=common.replaced("item"),
        status=common.status(reviewed=True),
        facts=("cert_type", "category", "item", "employment", "valid_to", "review_date"),
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
    cert_type: Mapped[str] = common.cert_type("special_operation_cert_type", "特种作业操作证")
    category: Mapped[str | None] = choice(
        "作业类别",
        dictionary="special_operation_category",
        within="cert_type",
        filter=True,
        help="留空时按准操项目填写",
        aliases=("作业种类",),
    )
    item: Mapped[str] = choice(
        "准操项目",
        dictionary="special_operation_item",
        within="category",
        filter=True,
        width=150,
        example="低压电工作业",
        aliases=("操作项目", "准操作项目", "作业项目", "工种", "项目代号"),
    )
    cert_no: Mapped[str] = common.cert_no("T990101199001011230")
    issuer: Mapped[str] = common.issuer("应急管理局")
    first_issue_date: Mapped[date | None] = common.first_issue_date()
    issue_date: Mapped[date] = common.issue_date()
    valid_from: Mapped[date | None] = common.valid_from()
    valid_to: Mapped[date] = common.valid_to()
    review_date: Mapped[date | None] = common.review_date()
    last_review_date: Mapped[date | None] = common.last_review_date()
    review_result: Mapped[str | None] = common.review_result()
    cancelled_on: Mapped[date | None] = common.cancelled_on()
