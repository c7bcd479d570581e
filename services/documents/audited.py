"""What documents' audited actions are called by people."""

from __future__ import annotations

from kit.audit.words import Words

_FIELDS = {
    "library": "资料库",
    "version_no": "版本号",
    "folders": "文件夹数",
    "files": "文件数",
    "declared": "登记的校验值",
    "found": "实际的校验值",
    "parent": "所在文件夹",
}
WORDS = Words(
    actions={
        "folder.create": "新建文件夹",
        "node.change": "重命名、移动或备注",
        "node.delete": "删除",
        "node.restore": "恢复",
        "node.purge": "从回收站清除",
        "file.upload": "上传文件",
        "file.view": "查看文件",
        "file.download": "下载文件",
        "file.check": "核对文件",
        "upload.begin": "开始上传",
        "upload.abort": "放弃上传",
        "attachment.*": "附件",
    },
    objects={"node": "文件或文件夹", "upload": "上传", "attachment": "附件", "attachment:*": "附件"},
    fields=lambda _: _FIELDS,
)
