#!/usr/bin/env python3
"""Counts the instructions of the benchmarks in benches/core.rs under callgrind. The numbers are right on a busy machine too.

    scripts/bench/core.py [TEXT IN THE NAME] [--json FILE]

Builds the benchmarks as `cargo bench` does. Two runs with N and with 2N iterations differ by N iterations. Needs valgrind.
"""

import argparse
import json
import subprocess
from pathlib import Path

from instructions import count_command
from report import Report

ROOT = Path(__file__).resolve().parents[2]
ITERATIONS = 100


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("text", nargs="?", default="", help="measure the cases with this text in their name")
    parser.add_argument("--json", metavar="FILE", help="write the same numbers as JSON")
    options = parser.parse_args()
    program, report = build(), Report()
    names = subprocess.run([program, "--list", options.text], capture_output=True, text=True, check=True).stdout
    for name in names.splitlines():
        less, more = (count_command(program, "--iterations", str(n), name) for n in (ITERATIONS, 2 * ITERATIONS))
        report.add("core", "A", case=name, instructions=(more - less) / ITERATIONS)
    report.table("core")
    if options.json:
        report.write(options.json, {})


def build():
    """Builds the benchmark program. The result is its path."""
    command = ["cargo", "bench", "--quiet", "--locked", "--bench", "core", "--no-run", "--message-format=json"]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    messages = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    programs = [message["executable"] for message in messages
                if message.get("target", {}).get("kind") == ["bench"] and message.get("executable")]
    return programs[-1]


if __name__ == "__main__":
    main()
