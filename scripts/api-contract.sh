#!/usr/bin/env bash
# Compares the administration's API with its own description. schemathesis makes requests from the description, well-formed and
# malformed, sends them to a running server, and checks each answer.
#
#     scripts/tools.sh scripts/api-contract.sh
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/server.sh
start_server "$work/data"
scim=$(field "$ready" tenantUrl) admin=$(field "$ready" adminToken)
root=${scim%/scim/v2}
for user in '"userName": "ada@example.com"' '"userName": "bob@example.com", "active": false'; do
    curl --silent --fail --output /dev/null --header "Authorization: Bearer $(field "$ready" scimToken)" \
        --header 'Content-Type: application/json' --data "{$user}" "$scim/Users"
done

cd "$work"
# Requests replace and revoke tokens of the scope `scim` only. Without a valid admin token, all later requests would be refused.
cat >schemathesis.toml <<'TOML'
[parameters]
"path.scope" = "scim"

# A well-formed If-Match usually names another version, and a well-formed cursor another feed.
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "3xx", "401", "403", "404", "409", "410", "412", "429", "5xx"]

# A change of another version is refused before its values are checked.
[checks.negative_data_rejection]
expected-statuses = ["400", "401", "403", "404", "405", "406", "409", "412", "415", "422", "428", "429", "5xx"]

# A description has no words for parameters that exclude each other, for all rules of a URL, a label or a cursor, and against
# the number 1.0.
[[operations]]
include-name = [
    "GET /events", "GET /employees", "GET /employees/{id}/reports", "GET /destinations/{id}/deliveries",
    "POST /destinations", "PATCH /destinations/{id}", "POST /destinations/{id}/secret/replace", "POST /dismissals",
    "POST /employees", "POST /tokens/{scope}", "POST /tokens/{scope}/replace", "PUT /sso",
]
checks.positive_data_acceptance.enabled = false

# The answer of a new token has the ids of the tokens that it ended.
[[operations]]
include-name = ["POST /tokens/{scope}", "DELETE /tokens/{scope}/{id}"]
checks.ensure_resource_availability.enabled = false

# A wrong entry of an import fails alone, in an answer with the status 200.
[[operations]]
include-name = "POST /employees/import"
checks.negative_data_rejection.enabled = false
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
# schemathesis also sends requests without a token. If most requests have none, the run proves nothing.
if [ "$((refused * 4))" -gt "$all" ] || [ "$failed" != 0 ]; then
    tail -50 log >&2
    exit 1
fi
