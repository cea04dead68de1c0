#!/usr/bin/env bash
# Two public SCIM conformance suites against a running server, each on a tenant of its own: scim2-tester, of the
# python-scim project, and scim-sanity. Every check must pass; what may not is listed in conformance/run.py, with why.
#
#     scripts/tools.sh scripts/conformance.sh
#
# ROLLCALL=path/to/rollcall takes that binary rather than building one.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ -z "${ROLLCALL:-}" ]; then
    cargo build --quiet --locked --bin rollcall
    ROLLCALL=$PWD/target/debug/rollcall
fi
work=$(mktemp -d)
server=
trap 'kill "$server" 2>/dev/null || true; wait 2>/dev/null; rm -rf "$work"' EXIT
mkfifo "$work/ready"
"$ROLLCALL" --data "$work/data" serve --listen 127.0.0.1:0 --json >"$work/ready" 2>"$work/log" &
server=$!
read -r ready <"$work/ready" || { cat "$work/log" >&2; exit 1; }
field() { python3 -c 'import json, sys; print(json.loads(sys.argv[1])[sys.argv[2]])' "$1" "$2"; }
root=$(field "$ready" tenant_url)
root=${root%/tenants/*}

# Nothing here may go through a proxy.
export NO_PROXY=127.0.0.1 no_proxy=127.0.0.1
failed=0
for suite in scim2-tester scim-sanity; do
    tenant=$("$ROLLCALL" --data "$work/data" --public-url "$root" --json tenant create "$suite")
    TENANT_URL=$(field "$tenant" tenant_url) SECRET_TOKEN=$(field "$tenant" scim_token) \
        python3 scripts/conformance/run.py "$suite" || failed=1
done

# A suite may take an answer of 500 for an error that it expects.
if grep 'status=5' "$work/log"; then
    echo "the server failed in the requests above" >&2
    failed=1
fi
if [ "$failed" != 0 ]; then
    tail -50 "$work/log" >&2
    exit 1
fi
