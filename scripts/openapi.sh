#!/usr/bin/env bash
# Validates the OpenAPI description of a running server's administration with three validators. Then generates a client from the
# description.
#
#     scripts/tools.sh scripts/openapi.sh
#
# Needs Node.js 20.19 or newer, Maven, and a JDK of version 17 or newer. Maven fetches the generator once, into
# target/openapi-generator.
set -euo pipefail
cd "$(dirname "$0")/.."
redocly=@redocly/cli@2.77.0
version=7.14.0
generator=target/openapi-generator/openapi-generator-cli-$version.jar
[ -e "$generator" ] || mvn --quiet --batch-mode dependency:copy \
    -Dartifact="org.openapitools:openapi-generator-cli:$version" -DoutputDirectory=target/openapi-generator >&2
. scripts/server.sh
start_server "$work/data"
scim=$(field "$ready" tenantUrl)
curl --silent --show-error --fail --output "$work/openapi.json" "${scim%/scim/v2}/api/openapi.json"
openapi-spec-validator "$work/openapi.json"
# The description has one default answer for all failures, and no licence.
REDOCLY_TELEMETRY=off npx --yes "$redocly" lint "$work/openapi.json" \
    --skip-rule operation-4xx-response --skip-rule info-license --format summary
java -jar "$generator" validate --input-spec "$work/openapi.json"
java -Dlog.level=error -jar "$generator" generate --generator-name python --input-spec "$work/openapi.json" \
    --output "$work/client" >"$work/generated" 2>&1 || { cat "$work/generated" >&2; exit 1; }
python3 -m compileall -q "$work/client"
