#!/usr/bin/env python3
"""Measures the local server, and several versions of it side by side.

    cargo build --release
    scripts/bench/run.py target/release/rollcall
    scripts/bench/run.py path/to/older/rollcall target/release/rollcall --people 1000 --json measured.json
    scripts/bench/run.py target/release/rollcall --measure starve,kill,instructions

Each binary gets its own data folder below the temporary folder (TMPDIR), with people created through the API. With several
binaries, each operation runs on them in turn, several times. A slower machine therefore slows all binaries.

    operations    server CPU, requests a second, p50 and p99 of each operation
    walk          all people by pages of 100
    start         exec to the first answered /health, and `tenant list`
    memory        resident memory, and bytes a user on disk
    starve        a victim's requests beside clients with filters that read every row
    kill          acknowledged writes that are lost after kill -9
    instructions  instructions a request, also right on a busy machine; needs valgrind

It judges no time. It fails at a wrong status, a missing row, and a lost acknowledged write.
"""

import argparse
import os
import platform
import string
import subprocess

import instructions
import kill
import population
import starve
from report import Report

OF_A_POPULATION = ["operations", "walk", "start", "memory"]
ALONE = {"starve": starve.measure, "kill": kill.measure, "instructions": instructions.measure}


def main():
    options = read_options()
    report = Report(options.binaries)
    head = {"machine": f"{platform.machine()}, {os.cpu_count()} processors, {platform.platform()}", "binaries": {}}
    for label, binary in options.binaries.items():
        version = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True).stdout.strip()
        head["binaries"][label] = {"path": binary, "version": version, "bytes": os.path.getsize(binary)}
        print(f"{label}  {binary}, {version}, {os.path.getsize(binary) / 1e6:.2f} MB")
    print(head["machine"])
    try:
        if any(name in options.measure for name in OF_A_POPULATION):
            population.measure(options, report)
        for name, measure in ALONE.items():
            if name in options.measure:
                measure(options, report)
    finally:
        if options.json:
            report.write(options.json, head)


def read_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    numbers = lambda text: [int(number) for number in text.split(",")]
    known = OF_A_POPULATION + list(ALONE)

    def measurements(text):
        names = known if text == "all" else text.split(",")
        if unknown := set(names) - set(known):
            raise argparse.ArgumentTypeError(f"unknown: {', '.join(unknown)}; there are all, {', '.join(known)}")
        return names

    parser.add_argument("binaries", nargs="+", metavar="BINARY")
    parser.add_argument("--measure", type=measurements, default=OF_A_POPULATION, metavar="NAME,…",
                        help="default: " + ",".join(OF_A_POPULATION))
    parser.add_argument("--people", type=numbers, default=[1_000, 10_000, 50_000], metavar="N,…",
                        help="the populations of operations, walk, start and memory (1000,10000,50000)")
    parser.add_argument("--requests", type=int, default=2_000, help="of each operation (2000)")
    parser.add_argument("--connections", type=int, default=8, help="keep-alive connections (8)")
    parser.add_argument("--rounds", type=int, default=4, help="how often each binary's turn comes (4)")
    parser.add_argument("--starve-people", type=int, default=20_000, metavar="N", help="people that a filter reads (20000)")
    parser.add_argument("--starve-seconds", type=float, default=10, metavar="S", help="of each number of clients (10)")
    parser.add_argument("--kills", type=int, default=5, help="rounds of kill (5)")
    parser.add_argument("--counted", type=int, default=50, metavar="N", help="requests that instructions counts (50)")
    parser.add_argument("--json", metavar="FILE", help="write the same numbers as JSON")
    options = parser.parse_args()
    options.binaries = dict(zip(string.ascii_uppercase, options.binaries))
    return options


if __name__ == "__main__":
    main()
