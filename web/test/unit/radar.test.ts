import { expect, test } from "vitest";
import { figuresOf } from "../../src/features/home/figures";
import { left, read, sixWeeks, within } from "../../src/features/radar/filters";
import { isNumber } from "../../src/features/certificates/states";

const ON = "2026-12-01";
const asked = (query: string) => read(new URLSearchParams(query), ON);

test("without a choice the radar shows everything overdue and the next 90 days, most urgent first", () => {
  expect(asked("")).toMatchObject({ start: null, until: "2027-03-01", span: 90, level: null, view: "list", page: 1 });
  expect(asked("days=30").until).toBe("2026-12-31");
});

test("a range of dates takes the place of the days; what cannot be read is not asked", () => {
  expect(asked("start=2026-12-05&until=2026-12-06")).toMatchObject({ start: "2026-12-05", until: "2026-12-06", span: null });
  expect(asked("start=2026-12-07&until=2026-12-06&days=60")).toMatchObject({ start: null, until: "2027-01-30", span: 60 });
  expect(asked("level=x&view=y&month=2026-13&page=-3&days=12")).toMatchObject({
    level: null, view: "list", month: "2026-12", page: 1, span: 90,
  });
});

test("levels divide a range without gap and without a day in two of them", () => {
  const all = { start: null, until: "2027-03-01" };
  expect(within(all, "overdue", ON)).toEqual({ start: null, until: "2026-11-30" });
  expect(within(all, "red", ON)).toEqual({ start: "2026-12-01", until: "2026-12-08" });
  expect(within(all, "orange", ON)).toEqual({ start: "2026-12-09", until: "2026-12-31" });
  expect(within(all, "yellow", ON)).toEqual({ start: "2027-01-01", until: "2027-03-01" });
});

test("a level is cut to the range, and is nothing outside of it", () => {
  const day = { start: "2026-12-05", until: "2026-12-10" };
  expect(within(day, "red", ON)).toEqual({ start: "2026-12-05", until: "2026-12-08" });
  expect(within(day, "orange", ON)).toEqual({ start: "2026-12-09", until: "2026-12-10" });
  expect(within(day, "overdue", ON)).toBeNull();
  expect(within(day, "yellow", ON)).toBeNull();
  expect(within({ start: null, until: "2026-12-31" }, "yellow", ON)).toBeNull();
});

test("a month is shown in six weeks that begin on a Monday", () => {
  expect(sixWeeks("2026-12")).toEqual({ start: "2026-11-30", until: "2027-01-10" });
  expect(sixWeeks("2027-02")).toEqual({ start: "2027-02-01", until: "2027-03-14" });
});

test("what is left is said in words", () => {
  expect([left(-3), left(0), left(20)]).toEqual(["已超期 3 天", "今日到期", "剩 20 天"]);
});

test("only a whole identity number is kept out of the address", () => {
  expect(["990101199001011230", "99010119850315275x", "张三", "9901011990"].map(isNumber)).toEqual([true, true, false, false]);
});

test("the figures of 首页 count what their addresses list", () => {
  const days = [
    { day: "2026-11-30", count: 5 },
    { day: "2026-12-01", count: 1 },
    { day: "2026-12-31", count: 2 },
    { day: "2027-01-01", count: 4 },
  ];
  const figures = figuresOf(ON, days);
  expect(figures.map((figure) => figure.number)).toEqual([5, 3, 7, 7]);
  const { start, until } = asked(figures[1]!.to.split("?")[1]!);
  expect(days.filter(({ day }) => day >= start! && day <= until).map(({ count }) => count)).toEqual([1, 2]);
});

test("a person and a department stand in the address beside the words", () => {
  expect(asked("person=张三&q=电工")).toMatchObject({ person: "张三", q: "电工" });
  expect(asked("department=d&below=false")).toMatchObject({ department: "d", below: false });
});
