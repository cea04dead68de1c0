#!/usr/bin/env bash
# Runs a command with AWS's DynamoDB Local behind ROLLCALL_TEST_DYNAMODB_ENDPOINT, and stops it afterwards:
#
#     scripts/dynamodb-local.sh cargo test --test rollcall
#
# Needs Maven, and a JDK of version 17 or newer. Maven fetches the jars once, into target/dynamodb-local. All data is in memory,
# so each run starts empty. ROLLCALL_TEST_EMPLOYEES sets the size of the largest test. The default is 2,000, because this engine
# creates employees more slowly than the embedded engine.
set -euo pipefail

version=3.3.1
root=$(cd "$(dirname "$0")/.." && pwd)
home="$root/target/dynamodb-local/$version"

if [ $# -eq 0 ]; then
    echo "usage: $0 COMMAND [ARGUMENT...]" >&2
    exit 2
fi

if [ ! -e "$home/complete" ]; then
    mkdir -p "$home"
    cat >"$home/pom.xml" <<POM
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>rollcall</groupId>
  <artifactId>dynamodb-local</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>software.amazon.dynamodb</groupId>
      <artifactId>DynamoDBLocal</artifactId>
      <version>$version</version>
    </dependency>
  </dependencies>
</project>
POM
    # The native SQLite libraries are dependencies too; Java looks for them under the name without a version.
    mvn --quiet --batch-mode --file "$home/pom.xml" dependency:copy-dependencies \
        -DincludeScope=runtime -DoutputDirectory="$home/lib" >&2
    for library in "$home"/lib/libsqlite4java-*.so "$home"/lib/libsqlite4java-*.dylib; do
        [ -e "$library" ] || continue
        cp "$library" "$(echo "$library" | sed -E 's/-[0-9][0-9.]*(\.so|\.dylib)$/\1/')"
    done
    touch "$home/complete"
fi

# DynamoDB Local has no option for its listen address: its own command line listens on all addresses. This launcher sets the
# address and takes a free port before it starts the server.
cat >"$home/Launcher.java" <<'JAVA'
import java.nio.file.Files;
import java.nio.file.Path;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import software.amazon.dynamodb.services.local.main.ServerRunner;
import software.amazon.dynamodb.services.local.server.DynamoDBProxyServer;

public class Launcher {
    public static void main(String[] arguments) throws Exception {
        String[] options = {"-inMemory", "-sharedDb", "-disableTelemetry"};
        DynamoDBProxyServer proxy = ServerRunner.createServerFromCommandLineArgs(options);
        var field = DynamoDBProxyServer.class.getDeclaredField("server");
        field.setAccessible(true);
        var connector = (ServerConnector) ((Server) field.get(proxy)).getConnectors()[0];
        connector.setHost("127.0.0.1");
        connector.setPort(0);
        proxy.start();
        Path file = Path.of(arguments[0]);
        Path written = Path.of(arguments[0] + ".new");
        Files.writeString(written, Integer.toString(connector.getLocalPort()));
        Files.move(written, file);
        proxy.join();
    }
}
JAVA

run=$(mktemp -d)
server=
stop() {
    if [ -n "$server" ]; then
        kill "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$run"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

java -Djava.library.path="$home/lib" -cp "$home/lib/*" "$home/Launcher.java" "$run/port" >"$run/log" 2>&1 &
server=$!
for _ in $(seq 600); do
    [ ! -e "$run/port" ] || break
    if ! kill -0 "$server" 2>/dev/null; then
        break
    fi
    sleep 0.1
done
if [ ! -e "$run/port" ]; then
    echo "DynamoDB Local did not start:" >&2
    cat "$run/log" >&2
    exit 1
fi

ROLLCALL_TEST_DYNAMODB_ENDPOINT="http://127.0.0.1:$(cat "$run/port")"
ROLLCALL_TEST_EMPLOYEES=${ROLLCALL_TEST_EMPLOYEES:-2000}
export ROLLCALL_TEST_DYNAMODB_ENDPOINT ROLLCALL_TEST_EMPLOYEES
echo "DynamoDB Local $version at $ROLLCALL_TEST_DYNAMODB_ENDPOINT" >&2
"$@"
