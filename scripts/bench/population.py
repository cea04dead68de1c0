"""Measures a population: each operation, a read of all people, start, memory and disk."""

import json
import statistics
import sys
import time
from dataclasses import dataclass
from typing import Callable

from client import Answers, Connection, run
from people import People
from server import Servers

STARTS = 10
# A filter without a key takes long. More of them would only wait, or reach the server's time limit.
ROWS_SCANNED = 200_000
SCANS_AT_ONCE = 2


@dataclass
class Operation:
    name: str
    make: Callable[[People], bytes]
    expected: int = 200
    # The part of --requests that the operation gets.
    share: float = 1
    # The number of rows in the answer, where it shows that the request worked.
    rows: int | None = None


OPERATIONS = [
    Operation("create", People.create, expected=201),
    Operation("DELETE", People.delete, expected=204),
    Operation("GET by id", People.get),
    Operation("filter userName, hit", People.find, rows=1),
    Operation("filter userName, miss", People.miss, rows=0),
    Operation("PATCH active (Okta)", People.patch_active),
    Operation("PATCH several (Entra)", People.patch_several),
    Operation("PUT, other title", People.put),
    Operation("page of 100", People.page, share=0.25, rows=100),
    Operation("filter without a key, 2 connections", People.scan, rows=0),
]


def measure(options, report):
    for number in options.people:
        with Servers(options.binaries) as servers:
            populations = [seed(server, number) for server in servers]
            memory = {server.label: [server.resident_mb()] for server in servers}
            for server in servers:
                server.stop()
            disk = {server.label: server.disk_bytes() for server in servers}
            if "start" in options.measure:
                measure_starts(servers, number, report)
            for server in servers:
                server.start()
            if "operations" in options.measure:
                measure_operations(populations, options, report)
            if "walk" in options.measure:
                measure_walks(populations, options, report)
            for server in servers:
                memory[server.label].append(server.resident_mb())
                server.stop()
            if "memory" in options.measure:
                for server in servers:
                    seeded, after = memory[server.label]
                    report.add("memory", server.label, people=number, seeded_mb=seeded, after_run_mb=after,
                               bytes_a_user=disk[server.label] / number)
                report.table("memory")


def seed(server, number):
    """Starts a server and creates its people."""
    print(f"{server.label}: {number} people …", file=sys.stderr)
    server.start()
    people = People(server)
    people.seed(number)
    return people


def measure_operations(populations, options, report):
    for operation in OPERATIONS:
        print(f"{operation.name} …", file=sys.stderr)
        people = len(populations[0].people)
        connections, requests = options.connections, int(options.requests * operation.share)
        if operation.make is People.scan:
            connections, requests = SCANS_AT_ONCE, min(requests, ROWS_SCANNED // people)
        per_round = max(connections, requests // options.rounds)
        totals = {population.server.label: Answers() for population in populations}
        for population in populations:
            warm_up(population, operation)
        for _ in range(options.rounds):
            for population in populations:
                requests = [operation.make(population) for _ in range(per_round)]
                answers = run(population.server, requests, connections, operation.expected)
                population.deletable += answers.ids
                totals[population.server.label].merge(answers)
        for label, total in totals.items():
            report.add("operations", label, people=people, operation=operation.name, **figures(total))
            if operation.make is People.scan:
                row = report.rows[-1]
                report.add("scan", label, people=people, us_a_row=row["cpu_us"] / people)
    report.table("operations")
    report.table("scan")


def figures(total):
    number = len(total.milliseconds)
    return {
        "requests": number, "cpu_us": 1e6 * total.cpu / number, "per_second": number / total.seconds,
        "p50_ms": total.percentile(0.5), "p99_ms": total.percentile(0.99),
    }


def warm_up(population, operation):
    """Sends a few requests, and checks the number of rows that an answer counts."""
    connection = Connection(population.server.address)
    for _ in range(3):
        status, body = connection.exchange(operation.make(population))
        assert status == operation.expected, (operation.name, status, body[:500])
        if operation.rows is not None:
            rows = min(operation.rows, len(population.people))
            assert json.loads(body)["itemsPerPage"] == rows, (operation.name, body[:300])
        if status == 201:
            population.deletable.append(json.loads(body)["id"])
    connection.close()


def measure_walks(populations, options, report):
    """Reads all people by pages of 100 over one connection, like an import."""
    walks = {population.server.label: [] for population in populations}
    for _ in range(options.rounds):
        for population in populations:
            expected = len(population.people)
            requests = [population.page(start) for start in range(1, expected + 1, 100)]
            connection = Connection(population.server.address)
            before, started = population.server.cpu(), time.perf_counter()
            bodies = [connection.exchange(request) for request in requests]
            seconds, cpu = time.perf_counter() - started, population.server.cpu() - before
            connection.close()
            ids = {row["id"] for status, body in bodies if status == 200 for row in json.loads(body)["Resources"]}
            assert ids >= {id for _, id in population.people}, f"{len(ids)} of {expected} people in the pages"
            walks[population.server.label].append((seconds, cpu))
    for label, measured in walks.items():
        seconds, cpu = (statistics.median(values) for values in zip(*measured))
        report.add("walk", label, people=expected, seconds=seconds, cpu_seconds=cpu)
    report.table("walk")


def measure_starts(servers, people, report):
    """Starts stopped servers and the command line on the seeded folder."""
    starts, commands = ({server.label: [] for server in servers} for _ in range(2))
    for _ in range(STARTS):
        for server in servers:
            starts[server.label].append(1000 * server.start())
            server.stop()
            started = time.perf_counter()
            server.command("tenant", "list")
            commands[server.label].append(1000 * (time.perf_counter() - started))
    for server in servers:
        serve, command = starts[server.label], commands[server.label]
        report.add("start", server.label, people=people, serve_ms=statistics.median(serve), serve_most_ms=max(serve),
                   tenant_list_ms=statistics.median(command), tenant_list_most_ms=max(command))
    report.table("start")
