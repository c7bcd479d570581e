"""Leaf 2.6.1."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Mapped

from kit.fields import InYear, SumEquals, choice, day, decimal, department, integer, text, textarea
from services.ledgers.ledger import Ledger, LedgerRow, Totals


class InvestmentBudget(LedgerRow):
    """What a department plans to spend on safety in a year, by the categories of 财资〔2022〕136号."""

    ledger = Ledger(
        slug="investment-budgets",
        title="安全投入编制",
        leaf="2.6.1",
        description="各部门年度安全投入预算，按年份编制和查询；填写各季度金额时，四季度之和应等于预算金额",
        natural_key=("year", "dept_id", "category", "project_name"),
        row_title=("year", "project_name"),
        list_first=("project_name", "year", "budget_amount", "category"),
        rules=(SumEquals("budget_amount", ("q1", "q2", "q3", "q4")), InYear("plan_finish", "year")),
        totals=Totals(sums=("budget_amount", "q1", "q2", "q3", "q4"), by=("dept_id", "category", "year")),
        import_by="year",
        facts=("year", "category", "project_name", "budget_amount", "q1", "q2", "q3", "q4"),
        default_sort="-year",
    )

    year: Mapped[int] = integer(
        "年份",
        min=2000,
        max=2099,
        format="year",
        filter=True,
        sortable=True,
        width=80,
        example=2026,
        aliases=("年度", "预算年度", "计划年度"),
    )
    dept_id: Mapped[UUID] = department("部门", filter=True, aliases=("所属部门", "编制部门", "使用部门", "单位"))
    category: Mapped[str] = choice(
        "投入类别",
        dictionary="safety_investment_category",
        filter=True,
        width=220,
        example="从业人员安全防护用品",
        aliases=("类别", "费用类别", "使用类别"),
    )
    project_name: Mapped[str] = text(
        "项目名称", max_length=200, search=True, width=200, example="抢修班组防护服更新", aliases=("项目", "预算项目")
    )
    content: Mapped[str | None] = textarea("投入内容", search=True, aliases=("内容", "项目内容"))
    budget_amount: Mapped[Decimal] = decimal(
        "预算金额(元)",
        digits=14,
        format="money",
        min=0,
        filter=True,
        sortable=True,
        example=120000,
        aliases=("预算金额", "金额"),
    )
    q1: Mapped[Decimal | None] = decimal(
        "一季度(元)",
        digits=14,
        format="money",
        min=0,
        in_list=False,
        aliases=("一季度", "第一季度", "1季度", "第1季度", "Q1"),
    )
    q2: Mapped[Decimal | None] = decimal(
        "二季度(元)",
        digits=14,
        format="money",
        min=0,
        in_list=False,
        aliases=("二季度", "第二季度", "2季度", "第2季度", "Q2"),
    )
    q3: Mapped[Decimal | None] = decimal(
        "三季度(元)",
        digits=14,
        format="money",
        min=0,
        in_list=False,
        aliases=("三季度", "第三季度", "3季度", "第3季度", "Q3"),
    )
    q4: Mapped[Decimal | None] = decimal(
        "四季度(元)",
        digits=14,
        format="money",
        min=0,
        in_list=False,
        aliases=("四季度", "第四季度", "4季度", "第4季度", "Q4"),
    )
    owner: Mapped[str | None] = text("责任人", max_length=50, search=True, aliases=("负责人",))
    plan_finish: Mapped[date | None] = day("计划完成时间", filter=True, aliases=("计划完成日期", "完成时间"))
