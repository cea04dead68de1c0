#!/usr/bin/env bash
# Runs a command with the Python tools of scripts/tools.txt on its path:
#
#     scripts/tools.sh sam validate --lint
#
# Needs Python 3.11 or newer with venv. Installs the tools once, into target/tools.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
tools="$root/target/tools"
wanted="$root/scripts/tools.txt"

if ! cmp --silent "$wanted" "$tools/installed.txt"; then
    rm -rf "$tools"
    python3 -m venv "$tools"
    "$tools/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$wanted"
    cp "$wanted" "$tools/installed.txt"
fi
export SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=${AWS_DEFAULT_REGION:-eu-west-1}
PATH="$tools/bin:$PATH" exec "$@"
