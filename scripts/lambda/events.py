#!/usr/bin/env python3
"""Sends every file of events/ to a Lambda binary under AWS's runtime interface emulator, and compares the answers. Then sends the
triggers of events/deliver/, and a malformed trigger, to the same binary in the role of the Deliver function. No trigger may fail.

    scripts/tools.sh scripts/lambda/events.py .aws-sam/build/Function/bootstrap

The functions run as under `sam local`: with events/local/env.json, on the sample tenant. Status, headers and body must equal
tests/events/, where ids and times have names. The table is on the embedded engine, or on the DynamoDB API at
ROLLCALL_TEST_DYNAMODB_ENDPOINT.
"""

import base64
import gzip
import json
import os
import platform
import re
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
import urllib.request
import uuid
from contextlib import contextmanager
from pathlib import Path

from support import ROOT, Engine, headers_of, plain_environment


def main(binary):
    external = os.environ.get("ROLLCALL_TEST_DYNAMODB_ENDPOINT")
    with Engine() as engine:
        engine.endpoint = external or engine.endpoint
        table = f"events-{uuid.uuid4()}"
        engine.rollcall("--table", table, "tenant", "sample")
        failed = send_all(binary, engine.endpoint, table) + deliver_all(binary, engine.endpoint, table)
    sys.exit(1 if failed else 0)


def send_all(binary, endpoint, table):
    with emulated(binary, "Function", "api", endpoint, table) as function:
        function.failed = sum(not check(path, function) for path in sorted((ROOT / "events").glob("*.json")))
    print(f"{function.failed} of the events are not answered as expected" if function.failed else "all as expected")
    return function.failed


# The second record has no sort key.
MALFORMED = {"Records": [
    {"dynamodb": {"Keys": {"PK": {"S": "TENANT#demo#OUTBOX"}, "SK": {"S": "E#x#000000000001"}}}},
    {"dynamodb": {"Keys": {"PK": {"S": "DUE"}}}}]}


def deliver_all(binary, endpoint, table):
    """Sends every trigger to the Deliver function. Each must become one run, and the malformed trigger a run over everything."""
    files = sorted((ROOT / "events/deliver").glob("*.json"))
    triggers = [(path.stem, path.read_bytes()) for path in files] + [("malformed", json.dumps(MALFORMED).encode())]
    with emulated(binary, "Deliver", "deliver", endpoint, table) as function:
        answers = [function.invoke(trigger) for _, trigger in triggers]
        lines = function.log_lines()
        runs = [line for line in lines if line.get("message") == "delivery run"]
        for (name, _), answer, run in zip(triggers, answers, runs):
            print(f"{name}: {answer}, a run by {run['trigger']}, {run['store_calls']} calls")
        complaints = [line for line in lines if line["level"] in ("WARN", "ERROR")]
        expected = ["unknown" if name == "malformed" else name for name, _ in triggers]
        good = (answers == [None] * len(triggers) and [run["trigger"] for run in runs] == expected
                and all("failures" not in run for run in runs)
                and [line["message"] for line in complaints] == ["the trigger is malformed: the run covers everything"])
        function.failed = 0 if good else 1
    print("a trigger is not answered as expected" if function.failed else "all triggers as expected")
    return function.failed


class Function:
    """A function under the emulator."""

    def __init__(self, port, log):
        self.port, self.log = port, log
        # The number of events with another answer than expected. The log of a failed function is printed.
        self.failed = 1

    def invoke(self, event):
        url = f"http://127.0.0.1:{self.port}/2015-03-31/functions/function/invocations"
        with urllib.request.urlopen(url, event, timeout=100) as response:
            return json.load(response)

    def log_lines(self):
        """The lines of the function itself. The emulator writes other lines between them."""
        self.log.seek(0)
        return [json.loads(line) for line in self.log.read().decode().splitlines() if line.startswith("{")]


@contextmanager
def emulated(binary, name, role, endpoint, table):
    """Runs a function of the template under the emulator."""
    settings = json.loads((ROOT / "events/local/env.json").read_text())[name]
    settings.update(ROLLCALL_LOCAL_ENDPOINT=endpoint, ROLLCALL_TABLE=table, ROLLCALL_ROLE=role)
    port, api_port = free_ports()
    with tempfile.TemporaryFile("a+b") as log:
        process = subprocess.Popen(
            [emulator(), "--runtime-interface-emulator-address", f"127.0.0.1:{port}",
             "--runtime-api-address", f"127.0.0.1:{api_port}", binary],
            stdout=log, stderr=log, env={
                **plain_environment(), "AWS_SAM_LOCAL": "true", "AWS_REGION": "eu-west-1",
                "AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local",
                "AWS_LAMBDA_FUNCTION_NAME": name, "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512", **settings})
        function = Function(port, log)
        try:
            wait_for(process, port)
            yield function
        finally:
            stop(process)
            if function.failed:
                log.seek(0)
                print(log.read().decode(), file=sys.stderr)


def check(path, function):
    answer = function.invoke(path.read_bytes())
    expected = json.loads((ROOT / "tests/events" / path.name).read_text())
    seen, wanted = comparable(recorded(answer)), comparable(expected)
    print(f"{path.stem}: {answer['statusCode']} {(answer.get('body') and body_of(answer) or '')[:100]!r}")
    if seen != wanted:
        print(f"  expected {wanted}\n  got      {seen}", file=sys.stderr)
    return seen == wanted


def recorded(answer):
    """An answer of the function in the form of tests/events/."""
    headers = headers_of(answer)
    known = {"content-type", "content-encoding", "vary", "location", "etag", "allow", "www-authenticate", "retry-after", "x-request-id"}
    file = {"status": answer["statusCode"], "headers": {k: v for k, v in headers.items() if k in known}}
    if answer.get("body"):
        is_json = headers.get("content-type", "").endswith("json")
        file["body"] = json.loads(body_of(answer)) if is_json else body_of(answer)
    return file


def body_of(answer):
    """The text for the client, after the gateway decoded base64 and the client decoded gzip."""
    if not answer.get("isBase64Encoded"):
        return answer["body"]
    body = base64.b64decode(answer["body"])
    return (gzip.decompress(body) if headers_of(answer).get("content-encoding") == "gzip" else body).decode()


def comparable(answer):
    """Replaces random ids and times by names, in their order. Sorts a list by userName."""
    body = answer.get("body")
    if isinstance(body, dict) and "Resources" in body:
        body["Resources"].sort(key=lambda row: row.get("userName", ""))
    text = json.dumps(answer, sort_keys=True)
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", "<time>", text)
    names = {}
    # The sample employees' ids are fixed. Other ids are random.
    made = r"(?!5a3b1e00)[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
    return re.sub(made, lambda id: names.setdefault(id[0], f"<id {len(names) + 1}>"), text)


def emulator():
    """The path of the emulator, which is part of the SAM CLI."""
    machine = {"aarch64": "arm64", "x86_64": "x86_64"}[platform.machine()]
    path = Path(sysconfig.get_path("purelib")) / f"samcli/local/rapid/aws-lambda-rie-{machine}"
    path.chmod(0o755)
    return path


def free_ports():
    sockets = [socket.socket() for _ in range(2)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def wait_for(process, port):
    for _ in range(200):
        if process.poll() is not None:
            break
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit("the emulator does not start")


def stop(process):
    process.terminate()
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


if __name__ == "__main__":
    main(sys.argv[1])
