"""Measures requests of one tenant while filters of other clients read every row of a large tenant."""

import itertools
import sys
import time
from collections import Counter

from client import Answers, Connection, drive, in_processes
from people import People
from server import Servers

HEAVY_CLIENTS = [0, 2, 8, 32]
HANG_UPS = 12
BEFORE_HANG_UP_SECONDS = 0.1
AFTER_HANG_UP_SECONDS = 10
# The pause of a victim between an answer and its next request.
PAUSE_SECONDS = 0.005
OTHER_PEOPLE = 500


def measure(options, report):
    with Servers(options.binaries) as servers:
        tenants = [seed(server, options.starve_people) for server in servers]
        for clients in HEAVY_CLIENTS:
            for large, other in tenants:
                heavy = [] if clients == 0 else [
                    drive(large.server.address, itertools.repeat(large.scan()), clients, options.starve_seconds, tolerant=True)]
                phase(report, large, other, str(clients), heavy, options.starve_seconds)
        for large, other in tenants:
            phase(report, large, other, f"{HANG_UPS} hang up", [hang_up(large)], AFTER_HANG_UP_SECONDS)
        report.table("starve")
        report.table("heavy")


def seed(server, number):
    """Starts a server with the large tenant that heavy filters read, and another tenant."""
    print(f"{server.label}: {number} people, and {OTHER_PEOPLE} of another tenant …", file=sys.stderr)
    server.start()
    server.create_tenant("other")
    large, other = People(server), People(server, "other")
    large.seed(number)
    other.seed(OTHER_PEOPLE)
    return large, other


def phase(report, large, other, name, heavy, seconds):
    """Runs victims in separate processes beside the heavy clients, and waits until the server is idle again."""
    server = large.server
    print(f"{server.label}: {name} heavy clients …", file=sys.stderr)
    victims = {
        "GET, another tenant": other.get, "filter userName, another tenant": other.find,
        "GET, same tenant": large.get, "filter userName, same tenant": large.find,
    }
    before = server.cpu()
    tasks = [victim(server.address, make, seconds) for make in victims.values()]
    *answers, heavy_answers = in_processes(*tasks, *heavy) if heavy else [*in_processes(*tasks), Answers()]
    for kind, answer in zip(victims, answers, strict=True):
        report.add("starve", server.label, heavy=name, victim=kind, requests=answer.statuses.total(),
                   p50_ms=answer.percentile(0.5), p99_ms=answer.percentile(0.99), most_ms=answer.percentile(1),
                   not_200=answer.not_ok(), statuses=readable(answer.statuses))
    wait_until_idle(server)
    report.add("heavy", server.label, heavy=name, statuses=readable(heavy_answers.statuses) or "none",
               p50_ms=heavy_answers.percentile(0.5), most_ms=heavy_answers.percentile(1),
               cpu_seconds=server.cpu() - before)


def victim(address, make, seconds):
    """Sends one request at a time for some seconds. A closed connection counts, and is opened again."""
    connection = Connection(address)
    yield
    answers, end = Answers(), time.perf_counter() + seconds
    while time.perf_counter() < end:
        try:
            status, _ = connection.exchange(make())
        except OSError:
            status = "closed"
            connection = Connection(address)
        answers.add(connection, status) if status != "closed" else answers.statuses.update([status])
        time.sleep(PAUSE_SECONDS)
    return answers


def hang_up(large):
    """Sends heavy filters, and closes the connections while the server works on them."""
    connections = [Connection(large.server.address) for _ in range(HANG_UPS)]
    yield
    for connection in connections:
        connection.send(large.scan())
    time.sleep(BEFORE_HANG_UP_SECONDS)
    for connection in connections:
        connection.close()
    return Answers()


def wait_until_idle(server):
    before = server.cpu()
    while True:
        time.sleep(0.5)
        now = server.cpu()
        if now - before < 0.02:
            return
        before = now


def readable(statuses: Counter):
    return ", ".join(f"{number} × {status}" for status, number in sorted(statuses.items(), key=str))
