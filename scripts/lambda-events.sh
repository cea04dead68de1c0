#!/usr/bin/env bash
# Runs a Lambda binary under AWS's runtime interface emulator and sends it every event in events/, in order.
#
#   scripts/dynamodb-local.sh scripts/lambda-events.sh target/release/lambda
#
# Needs a DynamoDB API at ROLLCALL_TEST_DYNAMODB_ENDPOINT, Python 3 with pip, and the rollcall command (it is built if
# it is not there). The emulator comes with the package aws-sam-cli; it is fetched once, into target/.
set -euo pipefail
cd "$(dirname "$0")/.."
binary=$(realpath "${1:?the path of the Lambda binary}")
endpoint=${ROLLCALL_TEST_DYNAMODB_ENDPOINT:?the URL of a DynamoDB API}

emulator=target/aws-lambda-rie/samcli/local/rapid/aws-lambda-rie-$(uname -m | sed s/aarch64/arm64/)
if [ ! -x "$emulator" ]; then
    mkdir -p target/aws-lambda-rie
    python3 -m pip download --quiet --no-deps --dest target/aws-lambda-rie aws-sam-cli
    python3 -m zipfile --extract target/aws-lambda-rie/aws_sam_cli-*.whl target/aws-lambda-rie
    chmod +x "$emulator"
fi
cargo build --quiet --locked --bin rollcall

work=$(mktemp -d)
trap 'kill "${pid:-}" 2>/dev/null || true; rm -rf "$work"' EXIT
table=events-$$-$RANDOM
token=$(target/debug/rollcall --data "$work/data" --dynamodb-endpoint "$endpoint" --table "$table" \
    --json tenant create demo | sed 's/.*"scim_token":"\([^"]*\)".*/\1/')

read -r port api_port < <(python3 -c '
import socket
sockets = [socket.socket() for _ in range(2)]
for s in sockets: s.bind(("127.0.0.1", 0))
print(*[s.getsockname()[1] for s in sockets])')
env -i PATH="$PATH" HOME="$work" \
    AWS_REGION=local AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local \
    AWS_SAM_LOCAL=true AWS_LAMBDA_FUNCTION_NAME=rollcall AWS_LAMBDA_FUNCTION_MEMORY_SIZE=256 \
    ROLLCALL_TABLE="$table" ROLLCALL_LOCAL_ENDPOINT="$endpoint" \
    ROLLCALL_LOCAL_SECRET="$work/data/secret.json" \
    "$emulator" --runtime-interface-emulator-address "127.0.0.1:$port" \
    --runtime-api-address "127.0.0.1:$api_port" "$binary" >"$work/log" 2>&1 &
pid=$!

expected() {
    case $1 in
    01-* | 04-* | 05-* | 06-* | 09-*) echo 200 ;;
    02-*) echo 401 ;;
    03-* | 07-*) echo 201 ;;
    08-*) echo 409 ;;
    esac
}

failed=0
for event in events/*.json; do
    name=$(basename "$event" .json)
    sed "s/rc_demo_sample-token-for-events-replace-before-use0/$token/" "$event" >"$work/event.json"
    curl --silent --show-error --retry 20 --retry-connrefused --retry-delay 1 --max-time 30 \
        --data "@$work/event.json" --output "$work/answer.json" \
        "http://127.0.0.1:$port/2015-03-31/functions/function/invocations"
    python3 - "$name" "$(expected "$name")" "$work/answer.json" <<'PYTHON' || failed=1
import json, sys
name, expected, path = sys.argv[1:]
answer = json.load(open(path))
body = answer.get("body") or ""
print(f"{name}: {answer.get('statusCode')} {body[:160]}")
sys.exit(str(answer.get("statusCode")) != expected)
PYTHON
done
if [ "$failed" != 0 ]; then
    echo "an answer is not as expected; the function's log:" >&2
    cat "$work/log" >&2
fi
exit "$failed"
