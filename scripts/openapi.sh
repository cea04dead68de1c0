#!/usr/bin/env bash
# Validates the OpenAPI description of a running server's administration with three validators. Then generates clients for
# Python, TypeScript and Rust from the description, and compiles them.
#
#     scripts/tools.sh scripts/openapi.sh
#
# Needs Node.js 20.19 or newer, Maven, and a JDK of version 17 or newer. Maven fetches the generator once, into
# target/openapi-generator.
set -euo pipefail
cd "$(dirname "$0")/.."
redocly=@redocly/cli@2.77.0
typescript=typescript@5.9.3
version=7.14.0
generator=target/openapi-generator/openapi-generator-cli-$version.jar
[ -e "$generator" ] || mvn --quiet --batch-mode dependency:copy \
    -Dartifact="org.openapitools:openapi-generator-cli:$version" -DoutputDirectory=target/openapi-generator >&2
. scripts/server.sh
start_server "$work/data"
scim=$(field "$ready" tenantUrl)
curl --silent --show-error --fail --output "$work/openapi.json" "${scim%/scim/v2}/api/openapi.json"
openapi-spec-validator "$work/openapi.json"
REDOCLY_TELEMETRY=off npx --yes "$redocly" lint "$work/openapi.json" --format summary
java -jar "$generator" validate --input-spec "$work/openapi.json"

# Generates a client for a language, into a folder of that name.
client() {
    java -Dlog.level=error -jar "$generator" generate --generator-name "$1" --input-spec "$work/openapi.json" \
        --output "$work/$1" >"$work/generated" 2>&1 || { cat "$work/generated" >&2; exit 1; }
}
client python
python3 -m compileall -q "$work/python"

client typescript-fetch
cat >"$work/typescript-fetch/tsconfig.json" <<'JSON'
{"compilerOptions": {"target": "es2020", "module": "esnext", "moduleResolution": "bundler", "strict": true, "noEmit": true,
  "lib": ["es2020", "dom", "dom.iterable"], "types": []}}
JSON
npx --yes --package "$typescript" tsc --project "$work/typescript-fetch"

client rust
CARGO_TARGET_DIR=$PWD/target/openapi-client cargo check --quiet --manifest-path "$work/rust/Cargo.toml"
echo "the clients for Python, TypeScript and Rust compile"
