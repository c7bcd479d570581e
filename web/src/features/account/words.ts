/** The Chinese words for scopes, services and verbs (docs/glossary.md). */
export const SCOPES: Record<string, string> = {
  company: "全公司",
  subtree: "本单位及下级",
  department: "本单位",
  own: "本人",
  chosen: "指定单位",
};

export const SERVICES: Record<string, string> = {
  "*": "全部系统",
  auth: "系统管理",
  documents: "文件资料",
  ledgers: "台账",
  workflow: "流程与提醒",
  reports: "统计报表",
};

export const VERBS: Record<string, string> = {
  read: "查看",
  create: "新建",
  update: "修改",
  delete: "删除",
  import: "批量导入",
  export: "导出",
  upload: "上传",
  folder: "新建文件夹",
  download: "下载",
  rename: "重命名",
  remark: "备注",
  share: "分享",
};
