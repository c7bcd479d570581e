/** What a browser says of itself, in words that its owner recognises. */
const SYSTEMS: [RegExp, string][] = [
  [/HarmonyOS|OpenHarmony/, "鸿蒙"],
  [/Android/, "安卓"],
  [/iPhone|iPad/, "苹果手机或平板"],
  [/Windows/, "Windows"],
  [/Mac OS X/, "苹果电脑"],
  [/Linux/, "Linux"],
];
// The order matters: each of these says that it is Chrome and Safari as well.
const BROWSERS: [RegExp, string][] = [
  [/MicroMessenger/, "微信"],
  [/DingTalk/, "钉钉"],
  [/Edg\//, "Edge"],
  [/Firefox\//, "火狐"],
  [/QQBrowser/, "QQ 浏览器"],
  [/Chrome\//, "Chrome"],
  [/Safari\//, "Safari"],
];

export function clientName({ kind, user_agent }: { kind: string; user_agent: string | null }): string {
  const find = (list: [RegExp, string][]) => list.find(([sign]) => sign.test(user_agent ?? ""))?.[1];
  const named = [find(SYSTEMS), find(BROWSERS)].filter(Boolean).join(" ");
  if (kind === "mobile") return named ? `手机应用（${named}）` : "手机应用";
  return named || (user_agent ? "程序或脚本" : "未知的浏览器");
}
