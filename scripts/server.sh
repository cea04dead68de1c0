# Starts a local server for a script. Source this file in the root of the repository:
#
#     . scripts/server.sh
#     start_server "$work/data"
#
# Sets $rollcall to the program, and $work to a folder that is removed with the script. ROLLCALL=path/to/rollcall uses that binary
# instead of a new build.
if [ -z "${ROLLCALL:-}" ]; then
    cargo build --quiet --locked --bin rollcall
fi
rollcall=${ROLLCALL:-${CARGO_TARGET_DIR:-$PWD/target}/debug/rollcall}
work=$(mktemp -d)
server=
trap 'kill "$server" 2>/dev/null || true; wait 2>/dev/null; rm -rf "$work"' EXIT

# Starts a server with the data in a folder. Sets $server to its process id, and $ready to its first line.
start_server() {
    mkfifo "$work/ready"
    env -u ROLLCALL_PUBLIC_URL "$rollcall" --data "$1" serve --listen 127.0.0.1:0 --json >"$work/ready" 2>"$work/log" &
    server=$!
    read -r ready <"$work/ready" || { cat "$work/log" >&2; exit 1; }
    rm "$work/ready"
}

# Prints the value of a key of a JSON text.
field() { python3 -c 'import json, sys; print(json.loads(sys.argv[1])[sys.argv[2]])' "$1" "$2"; }
