"""Counts the instructions of a request under callgrind. The numbers are right on a busy machine too.

Two runs with N and with 2N requests differ by N requests, so the cost of a start cancels out. Callgrind runs one thread at a time
and has no SHA instructions. A hash therefore costs more there.
"""

import re
import shutil
import subprocess
import sys

from client import Connection
from people import People
from population import OPERATIONS, seed
from server import Server, Servers

PEOPLE = 300
OF_OPERATIONS = ["GET by id", "filter userName, hit", "PATCH active (Okta)", "PATCH several (Entra)", "PUT, other title",
                 "create", "page of 100"]
CALLGRIND = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]


def measure(options, report):
    with Servers(options.binaries) as servers:
        seeded = [seed(server, PEOPLE) for server in servers]
        for server in servers:
            server.stop()
        for operation in OPERATIONS:
            if operation.name not in OF_OPERATIONS:
                continue
            number = max(10, int(options.counted * operation.share))
            for people in seeded:
                print(f"{people.server.label}: {operation.name} …", file=sys.stderr)
                less, more = (count(people, operation, requests) for requests in (number, 2 * number))
                report.add("instructions", people.server.label, people=PEOPLE, operation=operation.name,
                           requests=number, instructions=(more - less) / number)
        report.table("instructions")


def count(seeded, operation, number):
    """The instructions of a server from start to stop, with this number of requests, on a copy of the seeded folder."""
    original = seeded.server
    folder = original.folder / "copy"
    shutil.copytree(original.data, folder / "data")
    server = Server(original.label, original.binary, folder, CALLGRIND)
    server.tokens = dict(original.tokens)
    people = People(server)
    people.people, people.made = list(seeded.people), seeded.made
    server.start()
    try:
        connection = Connection(server.address)
        for _ in range(number):
            status, body = connection.exchange(operation.make(people))
            assert status == operation.expected, (operation.name, status, body[:500])
        connection.close()
        server.stop()
        return collected(server.log())
    finally:
        server.kill()
        shutil.rmtree(folder)


def collected(log):
    """The number of instructions, from callgrind's output."""
    return int(re.findall(r"Collected : (\d+)", log)[-1])


def count_command(*command):
    """The instructions of a command."""
    done = subprocess.run([*CALLGRIND, *command], capture_output=True, text=True, check=True)
    return collected(done.stderr)
