#!/usr/bin/env bash
# Pastes the README's first sync into bash and zsh, like a reader, and checks the output.
#
#     scripts/readme.sh
#
# An interactive zsh, the shell of macOS, takes `#` for a command and `?` outside of quotes for a pattern.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/server.sh

# Every block of shell from "Now a first sync" to the end of the section.
awk '/^Now a first sync/ { on = 1 } /^The server answers a write/ { on = 0 }
     /^```$/ { block = 0 } on && block { print } /^```sh$/ { block = 1 }' README.md >"$work/blocks"
[ "$(wc -l <"$work/blocks")" -ge 20 ] || { echo "the README has no first sync" >&2; exit 1; }
# The program is already built, and its data is in another folder.
{
    echo 'cargo() { shift 2; [ "$1" = -- ] && shift; "$ROLLCALL" "$@"; }'
    cat "$work/blocks"
} >"$work/pasted"

export ROLLCALL=$rollcall HISTFILE=
for shell in "bash --norc -i" "zsh -f -i"; do
    export ROLLCALL_DATA="$work/data-${shell%% *}"
    start_server "$ROLLCALL_DATA"
    url=$(field "$ready" tenantUrl)
    export ROLLCALL_PUBLIC_URL=${url%/tenants/*}
    PS1='' PS2='' setsid $shell <"$work/pasted" >"$work/printed" 2>"$work/errors" || true
    kill "$server"
    wait "$server" || true
    for text in '"totalResults":0' '"userName":"ada@example.com"' '"department":"R&D"' '"title":"Countess"' \
        '"active":false' archived '"totalResults":1' 'GB' restored; do
        if ! grep --quiet --fixed-strings -- "$text" "$work/printed"; then
            echo "$shell: the output has no $text" >&2
            cat "$work/printed" "$work/errors" >&2
            exit 1
        fi
    done
    if grep --extended-regexp 'not found|no matches|parse error|syntax error|bad substitution' "$work/errors"; then
        echo "$shell: a command failed" >&2
        exit 1
    fi
    echo "$shell: the paste works"
done
