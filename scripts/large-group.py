#!/usr/bin/env python3
"""Measures a large group: the cost of a new member, and of reads of the group with and without its members.

    scripts/large-group.py path/to/rollcall [MEMBERS]

Starts a local server on the embedded engine with its data in a temporary folder. Makes MEMBERS users (50,000 by default), and
groups with 10 and with MEMBERS members. Prints the time of each request, and its use of DynamoDB from the server's log. It
measures and judges nothing: the machine may be busy.
"""

import json
import re
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
OPERATIONS_AT_ONCE = 500
MEMBERS_AT_ONCE = 15_000
REPEATS = 5


class Server:
    def __init__(self, binary, folder):
        command = [binary, "--data", f"{folder}/data", "serve", "--listen", "127.0.0.1:0", "--json"]
        self.log = open(f"{folder}/log", "w+")
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.log, text=True)
        ready = json.loads(self.process.stdout.readline())
        self.url, self.token = ready["tenantUrl"], ready["scimToken"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def send(self, method, path, body=None):
        """Sends a request. The result is status, body and seconds."""
        request = urllib.request.Request(
            self.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "authorization": f"Bearer {self.token}",
                "content-type": "application/scim+json",
            },
        )
        started = time.monotonic()
        try:
            with urllib.request.urlopen(request) as answer:
                status, data = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            status, data = error.code, error.read()
        return status, data, time.monotonic() - started

    def last_line(self):
        """The last request's line in the log."""
        self.log.flush()
        with open(self.log.name) as log:
            lines = [line for line in log if "store_calls=" in line]
        return dict(re.findall(r"(\w+)=\"?([\d.]+)", lines[-1]))


def main(binary, members):
    with tempfile.TemporaryDirectory() as folder, Server(binary, folder) as server:
        ids = make_users(server, members + 2 * REPEATS)
        rest = ids[members:]
        small, seconds = make_group(server, "small", ids[:10])
        large, seconds = make_group(server, "large", ids[:members])
        print(f"{members} members added in {seconds:.1f} s, {MEMBERS_AT_ONCE} a request\n")
        print(f"{'request':<52}{'ms':>9}{'bytes':>10}{'calls':>7}{'reads':>8}{'writes':>8}")
        for size, group in ((10, small), (members, large)):
            path = f"/Groups/{group}"
            for _ in range(REPEATS):
                added = add(server, path, rest.pop())
            show(f"add one member to {size}", added)
            show(f"add a present member to {size}", lambda: patch(server, path, [ids[0]]))
            show(f"remove one member of {size}", lambda: remove(server, path, ids[0]))
            show(f"GET {size} without members",
                 lambda: measured(server, "GET", f"{path}?excludedAttributes=members"))
            show(f"GET {size}, members.value only",
                 lambda: measured(server, "GET", f"{path}?attributes=members.value"))
            show(f"GET {size} with members", lambda: measured(server, "GET", path))
            show(f"GET a user of {size}", lambda: measured(server, "GET", f"/Users/{ids[1]}"))
        thousand = ids[1_000:2_000]
        operations = [operation("remove", f'members[value eq "{id}"]') for id in thousand]
        show("1,000 removals in one PATCH",
             lambda: measured(server, "PATCH", f"/Groups/{large}", patch_body(operations)))
        operations = [operation("add", "members", [{"value": id}]) for id in thousand]
        show("1,000 additions in one PATCH",
             lambda: measured(server, "PATCH", f"/Groups/{large}", patch_body(operations)))


def make_users(server, number):
    names = [f"user-{n}@example.com" for n in range(number)]
    ids = []
    for start in range(0, number, OPERATIONS_AT_ONCE):
        operations = [
            {"method": "POST", "path": "/Users", "bulkId": name, "data": {"userName": name}}
            for name in names[start:start + OPERATIONS_AT_ONCE]
        ]
        status, data, _ = server.send("POST", "/Bulk", {"schemas": [BULK], "Operations": operations})
        results = json.loads(data)["Operations"]
        assert status == 200 and all(result["status"] == "201" for result in results), data[:500]
        ids += [result["location"].rsplit("/", 1)[1] for result in results]
    return ids


def make_group(server, name, members):
    status, data, _ = server.send("POST", "/Groups", {"displayName": name})
    assert status == 201, data
    group = json.loads(data)["id"]
    started = time.monotonic()
    for start in range(0, len(members), MEMBERS_AT_ONCE):
        status, data, _ = patch(server, f"/Groups/{group}", members[start:start + MEMBERS_AT_ONCE])[:3]
        assert status in (200, 204), data[:500]
    return group, time.monotonic() - started


def operation(op, path, value=None):
    return {"op": op, "path": path} | ({} if value is None else {"value": value})


def patch_body(operations):
    return {"schemas": [PATCH], "Operations": operations}


def patch(server, path, members):
    value = [{"value": member} for member in members]
    return measured(server, "PATCH", path, patch_body([operation("add", "members", value)]))


def add(server, path, member):
    result = patch(server, path, [member])
    return lambda: result


def remove(server, path, member):
    return measured(server, "PATCH", path,
                    patch_body([operation("remove", f'members[value eq "{member}"]')]))


def measured(server, *request):
    status, data, seconds = server.send(*request)
    return status, data, seconds, server.last_line()


def show(name, request):
    status, data, seconds, line = request()
    what = f"{name} ({status})"
    print(f"{what:<52}{1000 * seconds:>9.1f}{len(data):>10}"
          f"{line['store_calls']:>7}{line['read_units']:>8}{line['write_units']:>8}")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 50_000)
