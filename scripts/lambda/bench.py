#!/usr/bin/env python3
"""Measures a Lambda binary: init, first and warm requests, memory, size.

    scripts/lambda/bench.py .aws-sam/build/Function/bootstrap [STARTS]

It starts the function as on AWS, with DynamoDB and Secrets Manager behind TLS on this machine: the embedded engine, and a
substitute. The time of a request has two parts: without a running call to DynamoDB, and with a running call. Init is the time from
the start of the process to its request for the first event. The results are medians and 90th percentiles of STARTS starts, 25 by
default.

CPU is the user and system time of the whole process over a series of requests of one kind, divided by their number. It includes
the SDK's work during a call: signing, JSON and TLS. The second part of the times hides this work. It measures and judges nothing:
the machine may be busy.
"""

import json
import ssl
import statistics
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from support import Aws, Engine, Lambda, headers_of, sample_event

WARM = 40


def main(binary, starts):
    with Engine() as engine, tempfile.TemporaryDirectory() as folder:
        new = engine.rollcall("tenant", "create", "demo")
        certificate = make_certificate(folder)
        print_size(binary, folder)
        with_tls = measure(binary, engine, new["scimToken"], certificate, starts)
        print(f"\n{starts} starts, medians (and 90th percentiles)\n")
        for name, values, unit in with_tls:
            values = sorted(values)
            slow = values[int(len(values) * 0.9) - 1]
            print(f"{name:<58}{statistics.median(values):>9.2f} {unit:<3} ({slow:.2f})")


def measure(binary, engine, token, certificate, starts):
    inits, init_cpu, firsts, first_own, first_cpu, resident, peak = [], [], [], [], [], [], []
    kinds = ["GET", "filter userName eq", "PATCH", "list of 2"]
    own, waited, cpu = ({kind: [] for kind in kinds} for _ in range(3))
    aws = Aws(engine, certificate)
    environment = aws.environment()
    user = create_user(binary, environment, token)
    for start in range(starts):
        with Lambda(binary, environment) as function:
            inits.append(1000 * function.wait_until_ready())
            init_cpu.append(1000 * function.cpu())
            _, seconds = function.invoke(event("GET", token, user))
            firsts.append(1000 * seconds)
            function.wait_until_idle()
            first_cpu.append(1000 * function.cpu() - init_cpu[-1])
            for n in range(WARM):
                for kind in kinds:
                    function.invoke(event(kind, token, user, f"{start}-{n}"))
            memory = function.memory()
            resident.append(memory[0] / 1024)
            peak.append(memory[1] / 1024)
            lines = [line for line in function.log_lines() if "_aws" in line]
            for kind in kinds:
                cpu[kind].append(1000 * cpu_of_series(function, kind, token, user, start))
        first_own.append((lines[0]["duration_us"] - lines[0]["store_us"]) / 1000)
        assert all(line["status"] == 200 for line in lines), lines
        for position, line in enumerate(lines[1:]):
            kind = kinds[position % len(kinds)]
            own[kind].append((line["duration_us"] - line["store_us"]) / 1000)
            waited[kind].append(line["store_us"] / 1000)
    rows = [
        ("init: process start to first question for an event", inits, "ms"),
        ("init, CPU", init_cpu, "ms"),
        ("first request (GET), whole", firsts, "ms"),
        ("first request (GET), beside DynamoDB", first_own, "ms"),
        ("first request (GET), CPU", first_cpu, "ms"),
    ]
    for kind in kinds:
        rows.append((f"warm {kind}, beside DynamoDB", own[kind], "ms"))
        rows.append((f"warm {kind}, in DynamoDB (the stand-in)", waited[kind], "ms"))
        rows.append((f"warm {kind}, CPU of the whole process", cpu[kind], "ms"))
    rows.append(("memory resident, warm", resident, "MB"))
    rows.append(("memory resident, most", peak, "MB"))
    aws.server.close()
    return rows


def cpu_of_series(function, kind, token, user, start):
    """Seconds of CPU of a request, over a series of warm requests of one kind."""
    function.wait_until_idle()
    before = function.cpu()
    for n in range(WARM):
        answer, _ = function.invoke(event(kind, token, user, f"{start}-cpu-{n}"))
        assert answer["statusCode"] == 200, answer
    function.wait_until_idle()
    return (function.cpu() - before) / WARM


def event(kind, token, user, title=""):
    name = {"GET": "06-get-user", "filter userName eq": "04-find-by-user-name",
            "PATCH": "09-deactivate-user", "list of 2": "01-test-credentials"}[kind]
    made = sample_event(name, token)
    if kind in ("GET", "PATCH"):
        made["rawPath"] = f"/tenants/demo/scim/v2/Users/{user}"
    if kind == "PATCH":
        body = json.loads(made["body"])
        body["Operations"] = [{"op": "replace", "value": {"title": title}}]
        made["body"] = json.dumps(body)
    return made


def create_user(binary, environment, token):
    with Lambda(binary, environment) as function:
        function.wait_until_ready()
        answer, _ = function.invoke(sample_event("03-create-user", token))
    assert answer["statusCode"] == 201, function.log()
    return headers_of(answer)["location"].rsplit("/", 1)[1]


def make_certificate(folder):
    """Makes a certificate for 127.0.0.1 with its key. The file `.trusted` beside it has the authorities for a function."""
    path = Path(folder) / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-days", "1", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:FALSE",
         "-keyout", f"{path}.key", "-out", path], check=True, capture_output=True)
    # With the machine's authorities around it: reading them is part of a start.
    bundle = Path(ssl.get_default_verify_paths().cafile or "/etc/ssl/certs/ca-certificates.crt")
    authorities = bundle.read_text() if bundle.exists() else ""
    Path(f"{path}.trusted").write_text(path.read_text() + authorities)
    path.write_text(path.read_text() + Path(f"{path}.key").read_text())
    return str(path)


def print_size(binary, folder):
    archive = Path(folder) / "function.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
        file.write(binary, "bootstrap")
    print(f"binary {Path(binary).stat().st_size / 1e6:.2f} MB, zip {archive.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 25)
