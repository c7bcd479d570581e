"""Leaf 2.6.2."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Mapped

from kit.fields import InYear, NotFuture, SignFollows, choice, code, day, decimal, department, integer, text, yes_no
from services.ledgers.ledger import Ledger, LedgerRow, Offer, Totals


class InvestmentSpending(LedgerRow):
    """Every expense for safety by its voucher; a reversal (红冲) is a row of its own, below zero."""

    ledger = Ledger(
        slug="investment-spending",
        title="安全投入执行",
        leaf="2.6.2",
        description="安全投入支出登记：按年份、部门、类别、日期、金额和关键字查询，按部门或类别合计",
        natural_key=("dept_id", "voucher_no", "line"),
        row_title=("voucher_no", "summary"),
        list_first=("spend_date", "amount", "summary", "category"),
        rules=(InYear("spend_date", "year", fills_year=True), NotFuture("spend_date"), SignFollows("amount", "is_reversal")),
        offers=(Offer("project_name", "investment-budgets", "project_name", same=("year", "dept_id", "category")),),
        totals=Totals(sums=("amount",), by=("dept_id", "category", "year")),
        facts=("year", "category", "project_name", "spend_date", "amount"),
        default_sort="-spend_date",
    )  # fmt: skip

    year: Mapped[int] = integer(
        "年份",
        min=2000,
        max=2099,
        format="year",
        filter=True,
        width=80,
        help="留空时取支出日期的年份",
        aliases=("年度",),
    )
    dept_id: Mapped[UUID] = department("部门", filter=True, aliases=("所属部门", "使用部门", "单位"))
    category: Mapped[str] = choice(
        "投入类别",
        dictionary="safety_investment_category",
        filter=True,
        width=220,
        example="从业人员安全防护用品",
        aliases=("类别", "费用类别", "使用类别"),
    )
    project_name: Mapped[str | None] = text(
        "对应预算项目",
        max_length=200,
        search=True,
        help="与安全投入编制中的项目名称一致，可从中选择",
        example="抢修班组防护服更新",
        aliases=("预算项目", "项目名称"),
    )
    spend_date: Mapped[date] = day(
        "支出日期", filter=True, sortable=True, example="2026-03-18", aliases=("日期", "付款日期", "执行日期")
    )
    amount: Mapped[Decimal] = decimal(
        "执行金额(元)",
        digits=14,
        format="money",
        filter=True,
        sortable=True,
        example=36800,
        aliases=("执行金额", "支出金额", "金额"),
    )
    voucher_no: Mapped[str] = code(
        "凭证号", max_length=50, search=True, example="JZ-2026-0318-01", aliases=("发票号", "凭证号/发票号", "凭证编号")
    )
    line: Mapped[int] = integer(
        "分录号", min=1, max=9999, default=1, in_list=False, help="一张凭证有多笔时依次填 1、2、3", aliases=("行号",)
    )
    payee: Mapped[str | None] = text("收款单位", max_length=100, search=True, aliases=("供应商", "收款方"))
    summary: Mapped[str] = text(
        "支出内容", max_length=200, search=True, example="采购防静电工作服 92 套", aliases=("摘要", "内容")
    )
    is_reversal: Mapped[bool | None] = yes_no(
        "红冲",
        filter=True,
        default=False,
        in_list=False,
        help="冲减以前的支出时填“是”，金额填负数",
        aliases=("是否红冲",),
    )
