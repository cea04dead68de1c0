#!/usr/bin/env python3
"""Starts a Lambda binary with missing or forbidden resources, and checks its log lines and answers.

    scripts/lambda/faults.py .aws-sam/build/Function/bootstrap

Each fault must give one clear error line at the start, and a SCIM error with the request id. The log line of the request must have
the cause.
"""

import json
import sys
from pathlib import Path

from support import SECRET, Aws, Engine, Lambda, sample_event

ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"


def main(binary):
    with Engine() as engine:
        token = engine.rollcall("tenant", "create", "demo")["scimToken"]
        event = sample_event("01-test-credentials", token)
        denied = "AccessDeniedException"
        not_found = "ResourceNotFoundException"
        check(binary, engine, event, "nothing is wrong", status=200)
        check(binary, engine, event, "the table is missing", status=500,
              settings={"ROLLCALL_TABLE": "no-such-table"}, says="check ROLLCALL_TABLE")
        check(binary, engine, event, "the table is in another region", status=500,
              faults={"DynamoDB_20120810": (not_found, "Requested resource not found")},
              settings={"AWS_REGION": "us-east-1"}, says="in the same region")
        check(binary, engine, event, "no permission on the table", status=500,
              faults={"DynamoDB_20120810": (denied, "not authorized to perform: dynamodb:Query")},
              says="role may not read the table")
        check(binary, engine, event, "DynamoDB does not answer", status=503,
              settings={"AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:1"}, says="check the region")
        check(binary, engine, event, "the secret is missing", status=503,
              faults={"secretsmanager": (not_found, "can't find the specified secret")},
              says="restore the secret")
        check(binary, engine, event, "the secret is marked for deletion", status=503,
              faults={"secretsmanager": ("InvalidRequestException", "the secret was marked for deletion")},
              says="restore the secret")
        check(binary, engine, event, "no permission on the secret", status=503,
              faults={"secretsmanager": (denied, "not authorized to perform: secretsmanager:GetSecretValue")},
              says="role may not read the secret")
        check_settings(binary, "a setting is missing", {"ROLLCALL_TABLE": ""}, "ROLLCALL_TABLE is not set")
        check_settings(binary, "a URL that Okta refuses", {"ROLLCALL_PUBLIC_URL": "https://my_host.example"},
                       "without an underscore")
        check_settings(binary, "a role that no function has", {"ROLLCALL_ROLE": "worker"}, "must be `api` or `deliver`")
        check_settings(binary, "local stand-ins on AWS",
                       {"ROLLCALL_LOCAL_ENDPOINT": "http://127.0.0.1:1", "ROLLCALL_LOCAL_SECRET": "{}"},
                       "are for a developer's machine")
        check_while_running(binary, engine, event)
    print("all as expected")


def check(binary, engine, event, name, status, faults=None, settings=None, says=None):
    """Checks a start and a request with a fault."""
    with Aws(engine) as aws:
        aws.faults = faults or {}
        with Lambda(binary, aws.environment(**(settings or {}))) as function:
            function.wait_until_ready()
            answer, _ = function.invoke(event)
            lines = function.log_lines()
            log = function.log()
    body = json.loads(answer["body"])
    errors = [line for line in lines if line["level"] == "ERROR"]
    at_start = [line for line in errors if "request_id" not in line]
    in_request = [line for line in errors if line.get("request_id") == "event-01-test-credentials"]
    print(f"{name}\n  answers {answer['statusCode']} {body.get('detail', '')}")
    for line in at_start:
        print(f"  start:   {line['message']}: {line['check']} ({line['cause']})")
    for line in in_request:
        print(f"  request: {line['message']} ({line['cause']})")
    assert answer["statusCode"] == status, answer
    token = event["headers"]["authorization"].removeprefix("Bearer rc_demo_")
    secret = json.loads((Path(engine.folder.name) / "secret.json").read_text())
    pepper = json.loads(secret["AWSCURRENT"])["pepper"]
    assert token not in log and pepper not in log, "a secret is in the log"
    if status == 200:
        assert errors == [], errors
        return
    assert body["schemas"] == [ERROR] and body["status"] == str(status), body
    assert "event-01-test-credentials" in body["detail"], "the detail names the request"
    assert len(at_start) == 1 and len(in_request) == 1, log
    line = json.dumps(at_start[0])
    assert says in line and at_start[0]["cause"] and at_start[0]["check"], line
    assert at_start[0]["region"] == (settings or {}).get("AWS_REGION", "eu-west-1"), line
    assert (in_request[0]["tenant"], in_request[0]["operation"]) == ("demo", "GET /Users"), in_request


def check_settings(binary, name, settings, says):
    """Checks a start that ends at once with a reason."""
    environment = {
        "ROLLCALL_TABLE": "rollcall", "ROLLCALL_SECRET_ARN": SECRET, **settings}
    with Lambda(binary, environment) as function:
        code = function.process.wait(timeout=10)
        [line] = [json.loads(line) for line in function.log().splitlines()]
    print(f"{name}\n  exit {code}: {line['message']}: {line['cause']}")
    assert code != 0 and line["level"] == "ERROR" and says in line["cause"], line


def check_while_running(binary, engine, event):
    """Removes a resource while the function runs: the answer is 500. After its return it is 200, without a new start."""
    with Aws(engine) as aws, Lambda(binary, aws.environment()) as function:
        function.wait_until_ready()
        statuses = [function.invoke(event)[0]["statusCode"]]
        aws.faults = {"DynamoDB_20120810": ("AccessDeniedException", "not authorized to perform: dynamodb:Query")}
        statuses.append(function.invoke(event)[0]["statusCode"])
        aws.faults = {}
        statuses.append(function.invoke(event)[0]["statusCode"])
    print(f"a permission is taken away and given back\n  answers {statuses}")
    assert statuses == [200, 500, 200], statuses


if __name__ == "__main__":
    main(sys.argv[1])
