"""How often one person may upload, import and export (reliability.md 3.9). An import counts when it is confirmed: whoever
corrects a file seven times has imported it once."""

from __future__ import annotations

from kit.http.quota import Quota

UPLOADS = Quota("upload", 20, 60, "upload_per_minute", "上传过于频繁")
IMPORTS = Quota("import", 6, 3600, "import_per_hour", "导入过于频繁")
EXPORTS = Quota("export", 6, 60, "export_per_minute", "导出过于频繁")
