#!/usr/bin/env bash
# Holds the administration's API against its own description: schemathesis makes requests from it, well-formed and not,
# to a running server, and checks each answer.
#
#     scripts/tools.sh scripts/api-contract.sh
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --quiet --locked --bin rollcall
rollcall=$PWD/target/debug/rollcall
work=$(mktemp -d)
server=
trap 'kill "$server" 2>/dev/null || true; wait 2>/dev/null; rm -rf "$work"' EXIT
mkfifo "$work/ready"
"$rollcall" --data "$work/data" serve --listen 127.0.0.1:0 --json >"$work/ready" 2>"$work/log" &
server=$!
read -r ready <"$work/ready"
field() { python3 -c 'import json, sys; print(json.loads(sys.argv[1])[sys.argv[2]])' "$ready" "$1"; }
scim=$(field tenantUrl) admin=$(field adminToken)
root=${scim%/scim/v2}
for user in '"userName": "ada@example.com"' '"userName": "bob@example.com", "active": false'; do
    curl --silent --fail --output /dev/null --header "Authorization: Bearer $(field scimToken)" \
        --header 'Content-Type: application/json' --data "{$user}" "$scim/Users"
done

cd "$work"
# Not the admin token that the requests are made with: the rest would only be refused.
cat >schemathesis.toml <<'TOML'
[parameters]
"path.scope" = "scim"

# A well-formed If-Match is one that names another version, as a rule.
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "3xx", "401", "403", "404", "409", "412", "429", "5xx"]
TOML
failed=0
schemathesis run "$root/api/openapi.json" --url "$root/api" --header "Authorization: Bearer $admin" \
    --max-examples "${MAX_EXAMPLES:-50}" --seed 1 --no-color "$@" | tee output || failed=1
if grep --quiet Unresolvable output; then
    echo "the description has references that lead nowhere" >&2
    failed=1
fi
all=$(grep --count 'status=' log || true)
refused=$(grep --count 'status=401' log || true)
echo "$all requests, $refused of them without a valid token"
# schemathesis tries without one, too; were it most of them, the run would have proved nothing.
if [ "$((refused * 4))" -gt "$all" ] || [ "$failed" != 0 ]; then
    tail -50 log >&2
    exit 1
fi
