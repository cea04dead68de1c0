#!/usr/bin/env bash
# Pastes the README's first sync into bash and zsh, like a reader, and checks the output.
#
#     scripts/readme.sh
#
# An interactive zsh, the shell of macOS, takes `#` for a command and `?` outside of quotes for a pattern.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/server.sh

# The block of shell that the second terminal gets.
awk '/^Paste this block/ { on = 1 } /^## What it does/ { on = 0 }
     /^```$/ { block = 0 } on && block { print } /^```sh$/ { block = 1 }' README.md >"$work/block"
[ "$(grep --count '^curl' "$work/block")" -eq 5 ] || { echo "the README has no first sync of five requests" >&2; exit 1; }
# The program is already built, and its data is in another folder.
{
    echo 'cargo() { shift 2; [ "$1" = -- ] && shift; "$ROLLCALL" "$@"; }'
    cat "$work/block"
    echo 'exit $?'
} >"$work/pasted"

export ROLLCALL=$rollcall HISTFILE=
for shell in "bash --norc -i" "zsh -f -i"; do
    export ROLLCALL_DATA="$work/data-${shell%% *}"
    start_server "$ROLLCALL_DATA"
    url=$(field "$ready" tenantUrl)
    export ROLLCALL_PUBLIC_URL=${url%/tenants/*}
    status=0
    PS1='' PS2='' setsid $shell <"$work/pasted" >"$work/printed" 2>"$work/errors" || status=$?
    people=$("$rollcall" --json employee list demo --status all | grep --count '"id"' || true)
    kill "$server"
    wait "$server" || true
    for text in '"totalResults":0' '"userName":"ada@example.com"' '"title":"Countess"' '"active":false' archived; do
        if ! grep --quiet --fixed-strings -- "$text" "$work/printed"; then
            echo "$shell: the output has no $text" >&2
            cat "$work/printed" "$work/errors" >&2
            exit 1
        fi
    done
    if [ "$status" != 0 ] || [ "$people" != 1 ]; then
        echo "$shell: exit status $status, $people people" >&2
        exit 1
    fi
    if grep --extended-regexp 'not found|no matches|parse error|syntax error|bad substitution' "$work/errors"; then
        echo "$shell: a command failed" >&2
        exit 1
    fi
    echo "$shell: the paste works, and makes one person"
done
