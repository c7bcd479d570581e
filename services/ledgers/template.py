"""template.xlsx: what people fill in to import it."""

from __future__ import annotations

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from contracts.principal import Principal
from kit.audit.duty import unaudited
from kit.excel import template
from kit.http.principal import CurrentPrincipal, require
from kit.http.session import SessionDep
from services.ledgers.importing.columns import template_columns
from services.ledgers.importing.target import known_ledger
from services.ledgers.ledger import LedgerRow
from services.ledgers.lookups import lookups_for
from services.ledgers.workbooks import answer

router = APIRouter(prefix="/api/ledgers", tags=["导入导出"])

_NOTES = (
    "填写说明：1. 带 * 的列必填，其他列可以留空；2. 第 4 行是示例，导入时会忽略，可删除；"
    "3. 日期可写 2026-01-05、2026/1/5、2026年1月5日、20260105；4. 身份证号、电话、编号请保持“文本”格式；"
    "5. 有下拉框的列请从下拉框选择，部门可写名称、全称或编码；6. 列的顺序可以调整，多余的列会被忽略。"
)


def build(session: Session, principal: Principal, row_class: type[LedgerRow]) -> bytes:
    """The template with the drop-downs of this person: the departments are those they may write to."""
    lookups = lookups_for(session, row_class, principal)
    columns = template_columns(row_class.input_fields(), lookups, row_class.ledger.rules)
    return template.build(f"{row_class.ledger.title}导入模板", columns, _NOTES, sheet_name=row_class.ledger.title)


@router.get(
    "/{slug}/template.xlsx",
    dependencies=[require("ledgers:{slug}:import"), unaudited("a template holds nobody's rows")],
    summary="模板下载",
    response_class=Response,
)
def download_template(slug: str, session: SessionDep, principal: CurrentPrincipal) -> Response:
    """The workbook to fill in, with drop-downs for dictionaries and departments."""
    row_class = known_ledger(slug)
    return answer(build(session, principal, row_class), f"{row_class.ledger.title}导入模板.xlsx")
