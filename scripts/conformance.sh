#!/usr/bin/env bash
# Runs two public SCIM conformance suites against a local server, each on its own tenant: scim2-tester of the python-scim project,
# and scim-sanity. Every check must pass. conformance/run.py lists the exceptions with their reasons.
#
#     scripts/tools.sh scripts/conformance.sh
#
# ROLLCALL=path/to/rollcall uses that binary instead of a new build.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/server.sh
start_server "$work/data"
root=$(field "$ready" tenantUrl)
root=${root%/tenants/*}

# No request may use a proxy.
export NO_PROXY=127.0.0.1 no_proxy=127.0.0.1
failed=0
rollcall() { "$rollcall" --data "$work/data" --public-url "$root" --json "$@"; }
# The tenant's own extension with the types of declared attributes, and an attribute in the enterprise extension. Decimals and
# instants are left out: scim2-tester makes texts for them that its own models refuse.
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

# A suite may accept an answer of 500 as an expected error.
if grep 'status=5' "$work/log"; then
    echo "the server failed in the requests above" >&2
    failed=1
fi
if [ "$failed" != 0 ]; then
    tail -50 "$work/log" >&2
    exit 1
fi
