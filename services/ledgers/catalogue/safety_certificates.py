"""Leaf 4.1."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Mapped

from kit.fields import YearlyQuota, day, decimal, integer
from services.ledgers import certificate_fields as common
from services.ledgers.ledger import Expiry, Ledger, LedgerRow


class SafetyCertificate(LedgerRow):
    """Assessed safety knowledge of those in charge and of safety staff (安全生产法 27 条), and 建安 A/B/C (住建部令17号): three
    years, with hours of retraining every year (总局令第3号)."""

    ledger = Ledger(
        slug="safety-certificates",
        title="安全资格证书",
        leaf="4.1",
        description="主要负责人、安全生产管理人员考核合格证，建安三类人员证；每年登记继续教育学时",
        natural_key=("cert_type", "cert_no"),
        row_title=("person_name", "cert_type"),
        list_first=("person_name", "status", "cert_type", "valid_to", "edu_due", "dept_id", "cert_no"),
        rules=(
            *common.PERSON_RULES,
            common.validity("cert_type"),
            YearlyQuota("edu_due", year="edu_year", amount="edu_hours", by="cert_type", quota="hours_per_year",
                        since="issue_date"),
            *common.DATE_RULES,
            common.OF_WORKING_AGE,
        ),
        expiry=(
            Expiry("valid_to", warn_days=(60, 30, 7), warn_days_of="cert_type", suppressed_when=common.OUT_OF_USE),
            Expiry("edu_due", warn_days=(60, 30), suppressed_when=common.OUT_OF_USE),
        ),
        superseded_by=common.replaced("cert_type"),
        status=common.status(),
        facts=("cert_type", "employment", "valid_to", "edu_due"),
        fact_conditions=common.FACT_CONDITIONS,
    )  # fmt: skip

    person_name: Mapped[str] = common.person_name()
    gender: Mapped[str | None] = common.gender()
    id_number: Mapped[str] = common.id_number()
    dept_id: Mapped[UUID] = common.dept_id()
    phone: Mapped[str | None] = common.phone()
    post: Mapped[str | None] = common.post()
    employment: Mapped[str | None] = common.employment()
    cert_type: Mapped[str] = common.cert_type(
        "safety_certificate_type", "安全生产管理人员考核合格证", aliases=("资格类型",)
    )
    cert_no: Mapped[str] = common.cert_no()
    issuer: Mapped[str] = common.issuer("应急管理局")
    first_issue_date: Mapped[date | None] = common.first_issue_date()
    issue_date: Mapped[date] = common.issue_date()
    valid_from: Mapped[date | None] = common.valid_from()
    valid_to: Mapped[date] = common.valid_to()
    edu_year: Mapped[int | None] = integer(
        "继续教育年度",
        min=2000,
        max=2099,
        format="year",
        filter=True,
        in_list=False,
        help="学时所属的年份",
        aliases=("学时年度",),
    )
    edu_hours: Mapped[Decimal | None] = decimal(
        "继续教育学时", digits=5, precision=1, min=0, max=2000, aliases=("本年继续教育学时", "再培训学时", "学时")
    )
    edu_due: Mapped[date | None] = day(
        "继续教育期限",
        filter=True,
        sortable=True,
        help="留空时推算：当年学时已满为次年 12 月 31 日，未满为当年 12 月 31 日",
    )
    cancelled_on: Mapped[date | None] = common.cancelled_on()
