"""Leaf 4.4."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy.orm import Mapped

from kit.fields import choice
from services.ledgers import certificate_fields as common
from services.ledgers.ledger import Expiry, Ledger, LedgerRow


class OtherCertificate(LedgerRow):
    """Registered safety and fire engineers, constructors, operators of fire-fighting facilities, drivers and escorts of
    dangerous goods. Some have no end: their validity stays blank."""

    ledger = Ledger(
        slug="other-certificates",
        title="其他注册资格证",
        leaf="4.4",
        description="注册安全工程师、注册消防工程师、建造师、消防设施操作员、危货运输从业资格等；长期有效的有效期止留空",
        natural_key=("cert_type", "cert_no", "item"),
        row_title=("person_name", "cert_type", "item"),
        list_first=("person_name", "status", "cert_type", "valid_to", "dept_id", "cert_no"),
        rules=(*common.PERSON_RULES, common.validity("cert_type"), *common.DATE_RULES, common.OF_WORKING_AGE),
        expiry=(
            Expiry("valid_to", warn_days=(90, 60, 30), warn_days_of="cert_type", suppressed_when=common.OUT_OF_USE),
        ),
        superseded_by=common.replaced("cert_type", "item"),
        status=common.status(),
        facts=("cert_type", "item", "employment", "valid_to"),
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
        "registered_certificate_type", "注册安全工程师", aliases=("资格名称", "注册资格")
    )
    item: Mapped[str | None] = choice(
        "专业",
        dictionary="registered_speciality",
        within="cert_type",
        filter=True,
        width=150,
        example="其他安全",
        aliases=("注册专业", "专业类别", "从业资格类别"),
    )
    cert_no: Mapped[str] = common.cert_no()
    issuer: Mapped[str] = common.issuer("应急管理部")
    first_issue_date: Mapped[date | None] = common.first_issue_date()
    issue_date: Mapped[date] = common.issue_date()
    valid_from: Mapped[date | None] = common.valid_from()
    valid_to: Mapped[date | None] = common.valid_to(
        "留空时按证书类型的有效期推算；长期有效的填“长期”", ("长期", "长期有效", "永久")
    )
    cancelled_on: Mapped[date | None] = common.cancelled_on()
