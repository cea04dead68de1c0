#!/usr/bin/env python3
"""Runs a public SCIM conformance suite against the tenant at TENANT_URL, with its SECRET_TOKEN.

    run.py scim2-tester | scim-sanity

Prints a line for every check. Fails if a check outside ALLOWED did not pass. Also fails if a check in ALLOWED passed, or did not
run. A check that a suite silently leaves out counts as skipped.
"""

import os
import random
import re
import sys
from collections.abc import Iterator

# The extension that conformance.sh declares.
DECLARED = "urn:example:params:scim:schemas:extension:acme:2.0:User"
# (suite, check, outcome): the reason for the exception.
ALLOWED = {
    ("scim2-tester", "User check_remove_attribute password", "skipped"):
        "writeOnly: no answer has a value to remove (RFC 7643 §4.1.1)",
    ("scim2-tester", f"User check_add_attribute {DECLARED}:aBinary", "error"):
        "it compares a text in base64 with the bytes that the text stands for",
    ("scim2-tester", f"User check_replace_attribute {DECLARED}:aBinary", "error"):
        "it compares a text in base64 with the bytes that the text stands for",
    ("scim2-tester", f"User check_add_attribute {DECLARED}:aList", "error"):
        "it adds to a list and expects to find nothing else in it (RFC 7644 §3.5.2.1: add keeps what is there)",
    ("scim-sanity", "Agent CRUD Lifecycle", "skip"):
        "draft-abbey-scim-agent-extension, which /ResourceTypes does not offer",
    ("scim-sanity", "AgenticApplication CRUD Lifecycle", "skip"):
        "draft-abbey-scim-agent-extension, which /ResourceTypes does not offer",
    ("scim-sanity", "Agent Rapid Lifecycle", "skip"):
        "draft-abbey-scim-agent-extension, which /ResourceTypes does not offer",
}

RESOURCE_TYPES = ("User", "Group")
# Suites name checks after their resources. The names must be the same in each run.
IDS = re.compile(r"[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}")

# (check, outcome, the suite's text). The outcome of a passed check is "pass".
Check = tuple[str, str, str]


def scim2_tester(url: str, token: str) -> Iterator[Check]:
    from httpx2 import Client
    from scim2_client.engines.httpx2 import SyncSCIMClient
    from scim2_models import Mutability, Path, Required
    from scim2_tester import check_server

    # The suite fills every attribute at random. With a seed, only its UUIDs differ between runs.
    random.seed(int(os.environ.get("SEED", "1")))
    client = SyncSCIMClient(
        Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=30)
    )
    seen = set()
    for result in check_server(client):
        reason = result.reason or ""
        detail = IDS.sub("…", reason)
        if isinstance(result.data, dict) and "urn" in result.data:
            detail = result.data["urn"]
        elif result.status.name not in ("SUCCESS", "SKIPPED"):
            detail = ""
        name = " ".join(filter(None, (result.resource_type, result.title, detail)))
        seen.add(name)
        outcome = "pass" if result.status.name == "SUCCESS" else result.status.name.lower()
        yield name, outcome, reason

    # The suite stops after discovery that it cannot read, and skips attributes that it finds no value for.
    writable = [Mutability.read_write, Mutability.write_only]
    asked = {
        "check_add_attribute": {
            "required": [Required.false],
            "mutability": [*writable, Mutability.immutable],
        },
        "check_remove_attribute": {"required": [Required.false], "mutability": writable},
        "check_replace_attribute": {"mutability": writable},
    }
    for resource_type in RESOURCE_TYPES:
        model = client.provider.model_for(resource_type)
        if model is None:
            yield resource_type, "skipped", "/ResourceTypes does not have it"
            continue
        for check, selection in asked.items():
            for path in Path[model].iter_paths(include_subattributes=False, **selection):
                name = f"{resource_type} {check} {path}"
                if name not in seen:
                    yield name, "skipped", "left out without a word"


def scim_sanity(url: str, token: str) -> Iterator[Check]:
    from scim_sanity.probe.runner import run_probe_api

    for result in run_probe_api(url, token=token, strict=True)["results"]:
        name, outcome, message = result["name"], result["status"], result.get("message", "")
        # The suite counts "Filter returned results (server may ignore filter)" as passed.
        if "may ignore" in message:
            outcome = "fail"
        yield IDS.sub("…", name), outcome, message


SUITES = {"scim2-tester": scim2_tester, "scim-sanity": scim_sanity}


def main() -> int:
    suite = sys.argv[1]
    unused = {key for key in ALLOWED if key[0] == suite}
    passed, allowed, failed = 0, 0, 0
    for name, outcome, message in SUITES[suite](os.environ["TENANT_URL"], os.environ["SECRET_TOKEN"]):
        key = (suite, name, outcome)
        if outcome == "pass":
            passed += 1
            print(f"pass      {suite}: {name}")
        elif key in ALLOWED:
            allowed += 1
            unused.discard(key)
            print(f"allowed   {suite}: {name}: {ALLOWED[key]}")
        else:
            failed += 1
            print(f"{outcome:<9} {suite}: {name}\n          " + "\n          ".join(message.splitlines()))
    for _, name, outcome in sorted(unused):
        failed += 1
        print(f"stale     {suite}: {name}: listed as {outcome}, and is not")
    print(f"{suite}: {passed} passed, {allowed} allowed, {failed} failed or skipped", flush=True)
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
