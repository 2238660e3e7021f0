"""How long a warm desk takes to answer: 30 questions in three scripts, and the peak memory.

    .venv/bin/python benchmarks/answers.py

One process, one desk, the built-in model, a fresh home. Times are taken outside the desk: from the
question to the first text that a reader sees, and to the finished answer.
"""

from __future__ import annotations

import asyncio
import os
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path

from assistant import Assistant
from assistant.events import Done, Failed, Text

QUESTIONS = (
    "Which investors give startups GPU access, and on what terms?",
    "How many GPUs did Luma AI plan to use?",
    "Who warned about round-trip deals?",
    "What are the terms of a16z Oxygen?",
    "How much to pre-train a 7B model on 2T tokens on 256 H100s?",
    "What does an H100 cost per hour?",
    "Why does Sequoia say AI needs 600 billion dollars of revenue?",
    "How much did Amazon invest in Anthropic?",
    "Compare Andromeda and Conviction",
    "What does Generate charge for a B300 hour on Sundays?",
    "哪些投资机构给初创公司提供算力，条件是什么？",
    "Luma AI计划用多少块GPU？",
    "谁警告过这种循环交易？",
    "氧气计划的条件是什么？",
    "用512张H100训练一个130亿参数的模型，3万亿token，要多久？",
    "H100现在租一小时多少钱？",
    "红杉怎么算出6000亿美元？",
    "亚马逊向Anthropic投资了多少？",
    "比较Andromeda和Conviction",
    "Generate计划是谁推出的？",
    "哪些投資機構提供算力，條件是什麼？",
    "Luma AI計畫用多少塊GPU？",
    "誰警告過這種循環交易？",
    "Oxygen計畫的條件是什麼？",
    "從頭預訓練 7B 模型、2T token 要花多少錢？",
    "哪裡可以租到 8 張 H200？",
    "紅杉怎麼算出6000億美元？",
    "微軟總共向 OpenAI 投資了多少？",
    "比較Andromeda和Conviction的條件",
    "Generate計畫給多少額度？",
)


async def timed(desk: Assistant, question: str) -> tuple[float, float, bool]:
    """Milliseconds to the first text and to the end, and whether the desk abstained."""
    begun = time.perf_counter()
    first = 0.0
    async for event in desk.stream(question):
        now = (time.perf_counter() - begun) * 1000
        if isinstance(event, Text) and event.delta.strip() and not first:
            first = now
        elif isinstance(event, Done):
            return first, now, event.answer.abstained
        elif isinstance(event, Failed):
            raise SystemExit(f"{question}: {event.message}")
    raise SystemExit(f"{question}: the stream ended early")


async def all_timed(desk: Assistant) -> list[tuple[float, float, bool]]:
    """Every question once, each in a conversation of its own."""
    return [await timed(desk, question) for question in QUESTIONS]


def main() -> None:
    """Print medians, the slowest tenth, abstentions and the peak memory of the process."""
    with tempfile.TemporaryDirectory() as home, Assistant.open(home, "builtin") as desk:
        begun = time.perf_counter()
        desk.warm()
        warm = time.perf_counter() - begun
        asyncio.run(all_timed(desk))  # caches of the first use
        found = asyncio.run(all_timed(desk))
    out = sys.stdout.write
    load = Path("/proc/loadavg")
    if load.exists():
        out(f"load average at the end: {load.read_text().split()[0]}; {os.cpu_count()} cores\n")
    out(f"loading, an empty home: {warm:.1f} s\n")
    for name, values in (
        ("first text", [row[0] for row in found]),
        ("whole answer", [row[1] for row in found]),
    ):
        tenth = sorted(values)[int(len(values) * 0.9)]
        out(f"{name:<13} median {statistics.median(values):.0f} ms, 90 % below {tenth:.0f} ms\n")
    out(f"abstained: {sum(row[2] for row in found)} of {len(found)}\n")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    out(f"peak memory: {peak / (1024 if sys.platform == 'linux' else 1024**2):.0f} MB\n")


if __name__ == "__main__":
    main()
