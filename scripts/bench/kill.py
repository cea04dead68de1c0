"""Kills a server under writes, many times. After a restart, every acknowledged create and PATCH must be there."""

import json
import os
import random
import signal
import sys
import time
from dataclasses import dataclass, field

from client import Connection, in_processes
from people import PATCH_OP, People, employee
from server import Servers

WRITERS = 8
MOST_SECONDS = 5


@dataclass
class Written:
    """The requests of a writer. The change of a request without an answer may be there or not."""

    # The last acknowledged title of each person.
    titles: dict = field(default_factory=dict)
    patches: int = 0
    # The person and title of the PATCH without an answer.
    unanswered: tuple = (None, None)
    # The userName of the POST without an answer.
    unanswered_name: str | None = None


def measure(options, report):
    with Servers(options.binaries) as servers:
        known = {server.label: {} for server in servers}
        for server in servers:
            server.start()
        for round in range(1, options.kills + 1):
            for server in servers:
                kill_once(server, round, known[server.label], report)
        report.table("kill")
    lost = sum(row["lost_creates"] + row["lost_patches"] for row in report.rows if row["measurement"] == "kill")
    torn = [row for row in report.rows if row["measurement"] == "kill" and row["total"] != row["listed"]]
    if lost or torn:
        raise SystemExit(f"{lost} acknowledged writes are lost; {len(torn)} rounds count other people than they list")


def kill_once(server, round, known, report):
    """`known` has the title of every person of the rounds before."""
    seconds = random.uniform(1, MOST_SECONDS)
    print(f"{server.label}: kill after {seconds:.1f} s …", file=sys.stderr)
    writers = [write(server, round, writer) for writer in range(WRITERS)]
    *written, _ = in_processes(*writers, kill_after(server.process.pid, seconds))
    server.kill()
    start_ms = 1000 * server.start()
    connection = Connection(server.address)
    creates = lost_creates = lost_patches = patched = 0
    known_before = [(id, [title]) for id, title in known.items()]
    for one in written:
        creates += len(one.titles)
        patched += sum(title is not None for title in one.titles.values())
        id_sent, title_sent = one.unanswered
        known_before += [(id, [title, title_sent] if id == id_sent else [title]) for id, title in one.titles.items()]
    for id, titles in known_before:
        status, body = connection.exchange(server.request("GET", f"/Users/{id}"))
        if status == 404:
            lost_creates += 1
            continue
        assert status == 200, (status, body)
        title = json.loads(body).get("title")
        lost_patches += title not in [wanted or "Engineer" for wanted in titles]
        known[id] = title
    # A POST without an answer may have made its person.
    for one in written:
        found = connection.json(People(server).filter(f'userName eq "{one.unanswered_name}"'))
        known.update((row["id"], row["title"]) for row in found["Resources"])
    total, listed = walk(server, connection)
    connection.close()
    report.add("kill", server.label, round=round, after_seconds=seconds, creates=creates, lost_creates=lost_creates,
               patches=sum(one.patches for one in written), patched=patched, lost_patches=lost_patches, total=total,
               listed=listed, known=len(known), start_ms=start_ms)


def write(server, round, writer):
    """Creates a person and changes the title of another person, in turn, until the server ends."""
    connection = Connection(server.address)
    choice = random.Random(writer)
    yield
    written, turn = Written(), 0
    try:
        while True:
            turn += 1
            body = employee(f"{round}-{writer}-{turn}")
            written.unanswered_name = body["userName"]
            created = connection.json(server.request("POST", "/Users", body), 201)
            written.unanswered_name = None
            written.titles[created["id"]] = None
            id, title = choice.choice(list(written.titles)), f"Engineer {turn}"
            written.unanswered = (id, title)
            patch = {"schemas": [PATCH_OP], "Operations": [{"op": "replace", "value": {"title": title}}]}
            connection.json(server.request("PATCH", f"/Users/{id}", patch))
            written.unanswered = (None, None)
            written.titles[id] = title
            written.patches += 1
    except OSError:
        return written


def kill_after(pid, seconds):
    yield
    time.sleep(seconds)
    os.kill(pid, signal.SIGKILL)


def walk(server, connection):
    """totalResults, and the number of people in the pages."""
    ids, start = set(), 1
    while True:
        page = connection.json(server.request("GET", f"/Users?startIndex={start}&count=200"))
        ids.update(row["id"] for row in page["Resources"])
        start += 200
        if start > page["totalResults"]:
            return page["totalResults"], len(ids)
