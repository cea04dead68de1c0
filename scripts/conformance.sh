#!/usr/bin/env bash
# Two public SCIM conformance suites against a running server, each on a tenant of its own: scim2-tester, of the
# python-scim project, and scim-sanity. Every check must pass; what may not is listed in conformance/run.py, with why.
#
#     scripts/tools.sh scripts/conformance.sh
#
# ROLLCALL=path/to/rollcall takes that binary rather than building one.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/server.sh
start_server "$work/data"
root=$(field "$ready" tenantUrl)
root=${root%/tenants/*}

# Nothing here may go through a proxy.
export NO_PROXY=127.0.0.1 no_proxy=127.0.0.1
failed=0
rollcall() { "$rollcall" --data "$work/data" --public-url "$root" --json "$@"; }
# An extension of the tenant's own with the types that can be declared, and one attribute in the enterprise extension.
# Without decimals and instants: for them scim2-tester makes up texts that its own models refuse.
declare_attributes() {
    local urn=urn:example:params:scim:schemas:extension:acme:2.0:User type
    for type in string boolean integer reference binary; do
        rollcall attribute set "$1" "$urn" "a${type^}" --type "$type" >>"$work/declared"
    done
    rollcall attribute set "$1" "$urn" aList --type string --several >>"$work/declared"
    rollcall attribute set "$1" urn:ietf:params:scim:schemas:extension:enterprise:2.0:User badge >>"$work/declared"
}
for suite in scim2-tester scim-sanity; do
    tenant=$(rollcall tenant create "$suite")
    declare_attributes "$suite"
    TENANT_URL=$(field "$tenant" tenantUrl) SECRET_TOKEN=$(field "$tenant" scimToken) \
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
