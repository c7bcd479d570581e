"""`make bench`, or `python -m bench lists excel`: runs the measurements and writes them down with machine and commit.

Each module has `measure() -> dict[str, float]` and `GOALS: dict[str, tuple[str, float]]` (">=" or "<=", value). A figure is
only ever compared with figures of the same run: machines differ, ratios less so."""

from __future__ import annotations

import importlib
import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

MODULES = ("lists", "excel", "bus", "objects", "signin", "audit")
RESULTS = Path(__file__).parent / "results"


def machine() -> dict[str, str | int]:
    """What the figures were measured on."""
    model = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.processor(),
    )
    memory = next(int(line.split()[1]) for line in Path("/proc/meminfo").read_text().splitlines() if "MemTotal" in line)
    return {
        "cpu": model,
        "cores": os.cpu_count() or 0,
        "memory_mb": memory // 1024,
        "python": platform.python_version(),
    }


def commit() -> str:
    """The commit measured, with a mark when the tree had changes."""
    head = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True).stdout
    dirty = subprocess.run(["git", "status", "--porcelain"], capture_output=True, text=True, check=True).stdout
    return head.strip() + ("-dirty" if dirty.strip() else "")


def met(value: float, goal: tuple[str, float]) -> bool:
    """Whether a figure reaches its goal."""
    sign, bound = goal
    return value >= bound if sign == ">=" else value <= bound


def main(names: list[str]) -> int:
    """Measures, prints a table, writes bench/results/<date>-<commit>.json; 1 when a goal was missed."""
    report: dict[str, object] = {"at": time.strftime("%Y-%m-%dT%H:%M:%S%z"), "commit": commit(), "machine": machine()}
    missed = 0
    figures: dict[str, dict[str, object]] = {}
    for name in names or MODULES:
        module = importlib.import_module(f"bench.{name}")
        for key, value in module.measure().items():
            goal = module.GOALS.get(key)
            verdict = "" if goal is None else ("达到" if met(value, goal) else "未达到")
            missed += verdict == "未达到"
            figures[f"{name}.{key}"] = {
                "value": round(value, 4),
                "goal": goal and " ".join(map(str, goal)),
                "verdict": verdict,
            }
            print(
                f"{name}.{key:<42} {value:>12.3f}  {(goal and ' '.join(map(str, goal))) or '':<10} {verdict}",
                flush=True,
            )
    report["figures"] = figures
    RESULTS.mkdir(exist_ok=True)
    target = RESULTS / f"{time.strftime('%Y-%m-%d')}-{report['commit']}.json"
    target.write_text(json.dumps(report, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    print(f"→ {target.relative_to(Path.cwd())}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
