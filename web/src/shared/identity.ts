/** The 18-digit citizen identity number of GB 11643: the same rule as the backend, told while the person types. */
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK = "10X98765432";

/** The reason why `text` is not an identity number, in Chinese; null when it is one. */
export function identityProblem(text: string, today = new Date()): string | null {
  const number = text.trim().toUpperCase();
  if (!/^\d{17}[\dX]$/.test(number)) return "身份证号应为 18 位数字（末位可为 X）";
  const [year, month, day] = [number.slice(6, 10), number.slice(10, 12), number.slice(12, 14)].map(Number) as [
    number,
    number,
    number,
  ];
  const born = new Date(Date.UTC(year, month - 1, day));
  const real = born.getUTCFullYear() === year && born.getUTCMonth() === month - 1 && born.getUTCDate() === day;
  if (!real || year < 1900 || born > today) return "身份证号中的出生日期不正确";
  const sum = WEIGHTS.reduce((total, weight, index) => total + weight * Number(number[index]), 0);
  if (CHECK[sum % 11] !== number[17]) return "身份证号校验位不正确，请核对";
  return null;
}

/** Whether a value was masked by the server (`320***********1234`), so that it can be shown but not sent back. */
export function isMasked(value: unknown): boolean {
  return typeof value === "string" && /\*{3,}/.test(value);
}
