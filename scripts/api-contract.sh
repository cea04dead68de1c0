#!/usr/bin/env bash
# Holds the administration's API against its own description: schemathesis makes requests from it, well-formed and not,
# to a running server, and checks each answer.
#
#     scripts/tools.sh scripts/api-contract.sh
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --quiet --locked --bin rollcall

# Requests to a server of its own, with one admin token. Answers that only say "unauthorized" would prove nothing.
check() {
    local work server ready scim admin root
    work=$(mktemp -d)
    mkfifo "$work/ready"
    target/debug/rollcall --data "$work/data" serve --listen 127.0.0.1:0 --json >"$work/ready" 2>"$work/log" &
    server=$!
    read -r ready <"$work/ready"
    field() { python3 -c 'import json, sys; print(json.loads(sys.argv[1])[sys.argv[2]])' "$ready" "$1"; }
    scim=$(field tenant_url) admin=$(field admin_token)
    root=${scim%/scim/v2}
    for user in '"userName": "ada@example.com"' '"userName": "bob@example.com", "active": false'; do
        curl --silent --fail --output /dev/null --header "Authorization: Bearer $(field scim_token)" \
            --header 'Content-Type: application/json' --data "{$user}" "$scim/Users"
    done
    local failed=0
    (cd "$work" && schemathesis run "$root/api/openapi.json" --url "$root/api" \
        --header "Authorization: Bearer $admin" --max-examples "${MAX_EXAMPLES:-50}" --seed 1 --no-color "$@") \
        | tee "$work/output" || failed=1
    kill "$server"
    wait "$server" 2>/dev/null || true
    if grep --quiet "Unresolvable" "$work/output"; then
        echo "the description has references that lead nowhere" >&2
        failed=1
    fi
    refused=$(grep --count "status=401" "$work/log" || true)
    all=$(grep --count "status=" "$work/log" || true)
    echo "$all requests, $refused of them without a valid token"
    if [ "$((refused * 4))" -gt "$all" ] || [ "$failed" != 0 ]; then
        tail -50 "$work/log" >&2
        return 1
    fi
    rm -rf "$work"
}

check --exclude-path-regex '/tokens/'
# By itself: these requests end the very token they are made with.
check --include-path-regex '/tokens/'
