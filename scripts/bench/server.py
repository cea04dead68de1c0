"""A local server on the embedded engine: start, stop, kill, and the kernel's numbers for its process."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from client import Connection, request


class Server:
    """One binary on its own data folder. `label` names the binary in the tables."""

    def __init__(self, label, binary, folder, wrapper=()):
        self.label, self.binary, self.folder = label, str(Path(binary).resolve()), Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.wrapper = list(wrapper)
        self.process = None
        self.tokens = {}

    def start(self):
        """Starts the program. The result is the number of seconds until it answered `/health`."""
        command = [*self.wrapper, self.binary, "--data", self.data, "serve", "--listen", "127.0.0.1:0", "--json"]
        with open(self.folder / "log", "a") as log:
            started = time.monotonic()
            self.process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=log, text=True, env=plain_environment())
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.binary} does not start; its log ends with:\n{self.log()[-2000:]}")
        ready = json.loads(line)
        self.root = ready["tenantUrl"].split("/tenants/")[0]
        host, port = self.root.removeprefix("http://").split(":")
        self.address = (host, int(port))
        connection = Connection(self.address)
        status, _ = connection.exchange(request("GET", "/health"))
        seconds = time.monotonic() - started
        connection.close()
        assert status == 200, status
        if ready["scimToken"]:
            self.tokens["demo"] = ready["scimToken"]
        return seconds

    def stop(self):
        """Stops the program and lets it write its checkpoint."""
        self.process.terminate()
        self._wait()

    def kill(self):
        """Ends the program with SIGKILL."""
        if self.process.poll() is None:
            os.kill(self.process.pid, signal.SIGKILL)
        self._wait()

    def _wait(self):
        self.process.wait()
        self.process.stdout.close()

    def create_tenant(self, name):
        """Creates a tenant beside the running server, and keeps its token."""
        created = self.command("--public-url", self.root, "--json", "tenant", "create", name)
        self.tokens[name] = json.loads(created)["scimToken"]

    def command(self, *arguments):
        """The standard output of a command on the data folder."""
        done = subprocess.run([self.binary, "--data", self.data, *arguments],
                              capture_output=True, text=True, check=True, env=plain_environment())
        return done.stdout

    def request(self, method, path, body=None, tenant="demo"):
        """The bytes of a SCIM request."""
        return request(method, f"/tenants/{tenant}/scim/v2{path}", self.tokens[tenant], body)

    @property
    def data(self):
        return str(self.folder / "data")

    def cpu(self):
        """Seconds of CPU, user and system, of all threads so far: utime and stime of /proc/PID/stat, in nanoseconds."""
        return time.clock_gettime_ns((~self.process.pid << 3) | 2) / 1e9

    def resident_mb(self):
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    def disk_bytes(self):
        return sum(file.stat().st_size for file in Path(self.data).rglob("*") if file.is_file())

    def log(self):
        return (self.folder / "log").read_text()


class Servers:
    """One stopped server for each binary, in a temporary folder. The end of the block ends all of them."""

    def __init__(self, binaries):
        self.binaries = binaries

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="rollcall-bench-")
        self.servers = [Server(label, binary, f"{self.folder}/{label}") for label, binary in self.binaries.items()]
        return self.servers

    def __exit__(self, *_):
        for server in self.servers:
            if server.process:
                server.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


def plain_environment():
    return {"PATH": os.environ["PATH"], "HOME": tempfile.gettempdir()}
