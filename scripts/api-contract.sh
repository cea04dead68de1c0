#!/usr/bin/env bash
# Holds the administration's API against its own description: schemathesis makes requests from it, well-formed and not,
# to a running server, and checks each answer.
#
#     scripts/tools.sh scripts/api-contract.sh
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --quiet --locked --bin rollcall
work=$(mktemp -d)
server=
trap 'kill "$server" 2>/dev/null || true; wait 2>/dev/null; rm -rf "$work"' EXIT
mkfifo "$work/ready"
target/debug/rollcall --data "$work/data" serve --listen 127.0.0.1:0 --json >"$work/ready" 2>"$work/log" &
server=$!
read -r ready <"$work/ready"
field() { python3 -c 'import json, sys; print(json.loads(sys.argv[1])[sys.argv[2]])' "$ready" "$1"; }
scim=$(field tenant_url) admin=$(field admin_token)
root=${scim%/scim/v2}
for name in ada bob; do
    curl --silent --fail --output /dev/null --header "Authorization: Bearer $(field scim_token)" \
        --header 'Content-Type: application/json' --data "{\"userName\": \"$name@example.com\"}" "$scim/Users"
done
if ! schemathesis run "$root/api/openapi.json" --url "$root/api" --header "Authorization: Bearer $admin" \
    --max-examples "${MAX_EXAMPLES:-60}" --seed 1 --no-color "$@"; then
    tail -50 "$work/log" >&2
    exit 1
fi
