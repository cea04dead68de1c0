#!/usr/bin/env bash
# Validates the administration's OpenAPI description, as a running server gives it, with two validators.
#
#     scripts/tools.sh scripts/openapi.sh
#
# Needs Node.js 20.19 or newer.
set -euo pipefail
cd "$(dirname "$0")/.."
redocly=@redocly/cli@2.77.0
cargo build --quiet --locked --bin rollcall
rollcall=${CARGO_TARGET_DIR:-$PWD/target}/debug/rollcall
work=$(mktemp -d)
server=
trap 'kill "$server" 2>/dev/null || true; wait 2>/dev/null; rm -rf "$work"' EXIT
mkfifo "$work/ready"
"$rollcall" --data "$work/data" serve --listen 127.0.0.1:0 --json >"$work/ready" 2>"$work/log" &
server=$!
read -r ready <"$work/ready"
scim=$(python3 -c 'import json, sys; print(json.loads(sys.argv[1])["tenantUrl"])' "$ready")
curl --silent --show-error --fail --output "$work/openapi.json" "${scim%/scim/v2}/api/openapi.json"
openapi-spec-validator "$work/openapi.json"
# The answers of all kinds of failures are described once, as the default, and Rollcall has no licence.
REDOCLY_TELEMETRY=off npx --yes "$redocly" lint "$work/openapi.json" \
    --skip-rule operation-4xx-response --skip-rule info-license --format summary
