"""Why a workbook is refused as a whole: a stable code, and a sentence that tells the person what to do."""

from __future__ import annotations

REASONS = {
    "file_too_large": "文件超过 20 MB 上限，请拆分后再导入",
    "empty_file": "文件是空的",
    "old_xls": "这是旧版 Excel 文件（.xls），请用 Excel 或 WPS 另存为 .xlsx 后再导入",
    "wps_et": "这是 WPS 表格文件（.et），请用 WPS 另存为 .xlsx 后再导入",
    "csv_file": "这是文本文件（如 .csv），请用 Excel 或 WPS 另存为 .xlsx 后再导入",
    "encrypted_workbook": "工作簿设置了打开密码，请取消密码后再导入",
    "not_a_workbook": "文件不是 Excel 工作簿（.xlsx）",
    "binary_workbook": "这是二进制工作簿（.xlsb），请另存为 .xlsx 后再导入",
    "broken_zip": "文件已损坏，无法打开，请用 Excel 或 WPS 重新保存后再导入",
    "too_many_entries": "工作簿内部的文件过多，请另存为新的 .xlsx 后再导入",
    "unsafe_entry_name": "工作簿内部含有不安全的文件名，拒绝导入",
    "duplicate_entry": "工作簿内部含有重名的文件，拒绝导入",
    "too_large_inflated": "工作簿解压后过大，拒绝导入",
    "compression_bomb": "工作簿的压缩率异常，疑似恶意文件，拒绝导入",
    "doctype_refused": "工作簿含有不允许的 XML 声明，拒绝导入",
    "bad_encoding": "工作簿不是 UTF-8 编码，请用 Excel 或 WPS 重新保存后再导入",
    "bad_xml": "工作簿内容已损坏，请用 Excel 或 WPS 重新保存后再导入",
    "macros_refused": "工作簿含有宏，请另存为不含宏的 .xlsx 后再导入",
    "external_links_refused": "工作簿引用了其他文件（外部链接），请断开链接、粘贴为数值后再导入",
    "embedded_objects_refused": "工作簿嵌入了其他文件或控件，请删除后再导入",
    "too_many_sheets": "工作表不能超过 20 张",
    "too_many_rows": "数据不能超过 100,000 行；如果没有这么多数据，请删除下方设置过格式的空行",
    "too_many_columns": "列不能超过 256 列；如果没有这么多列，请删除右侧设置过格式的空列",
    "too_many_cells": "单元格不能超过 2,000,000 个；如果没有这么多数据，请删除设置过格式的空行和空列",
    "too_many_shared_strings": "工作簿中不同的文本过多，请拆分后再导入",
    "cell_text_too_long": "单元格的文本不能超过 32,767 个字符",
    "too_many_merged_ranges": "合并单元格过多，请取消合并后再导入",
    "too_many_styles": "工作簿的样式过多，请复制到新工作簿后再导入",
    "no_sheet": "工作簿里没有工作表",
    "bad_workbook": "工作簿无法读取，请用 Excel 或 WPS 重新保存后再导入",
    "headings_not_found": "没有找到表头行，请使用“模板下载”得到的表头",
    "missing_columns": "缺少必填列",
    "duplicate_columns": "两列的表头是同一个意思，请删去一列或改名",
    "no_rows": "没有数据行",
}


class Refused(Exception):
    """The workbook is refused; `code` is a key of REASONS, `detail` adds what is particular to this file."""

    def __init__(self, code: str, detail: str = "") -> None:
        self.code = code
        self.detail = detail
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """The sentence for the person who sent the file."""
        reason = REASONS[self.code]
        return f"{reason}：{self.detail}" if self.detail else reason
