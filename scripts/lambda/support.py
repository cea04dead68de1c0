"""The common parts of the scripts in this folder: a DynamoDB API on the embedded engine, and Lambda's side of a function.

All servers listen on 127.0.0.1, on free ports, and end with the script.
"""

import http.client
import json
import os
import queue
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROLLCALL = ROOT / "target/debug/rollcall"


class Engine:
    """`rollcall dynamodb` on its own folder."""

    def __init__(self):
        subprocess.run(["cargo", "build", "--quiet", "--locked", "--bin", "rollcall"], cwd=ROOT, check=True)
        self.folder = tempfile.TemporaryDirectory()
        self.process = subprocess.Popen(
            [ROLLCALL, "--data", self.folder.name, "dynamodb", "--listen", "127.0.0.1:0", "--json"],
            stdout=subprocess.PIPE, text=True, env=plain_environment())
        ready = self.process.stdout.readline()
        if not ready:
            self.__exit__()
            raise SystemExit("rollcall dynamodb does not start")
        self.endpoint = json.loads(ready)["endpoint"]

    def rollcall(self, *arguments):
        """The output of the rollcall command, on the default table of this endpoint."""
        place = ["--data", self.folder.name, "--dynamodb-endpoint", self.endpoint, "--json"]
        done = subprocess.run(
            [ROLLCALL, *place, *arguments], capture_output=True, text=True, check=True, env=plain_environment())
        return json.loads(done.stdout)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.folder.cleanup()


def plain_environment():
    return {"PATH": os.environ["PATH"], "HOME": tempfile.gettempdir()}


class Server(ThreadingHTTPServer):
    """An HTTP/1.1 server on a free port, in its own threads."""

    daemon_threads = True

    def __init__(self, answer, certificate=None):
        """`answer(method, path, headers, body)` gives status, headers and body. With a certificate it speaks TLS."""

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Header and body are two writes. The second write must not wait for the acknowledgement of the first.
            disable_nagle_algorithm = True

            def log_message(self, *_):
                pass

            def do_GET(self):
                length = int(self.headers.get("content-length") or 0)
                status, headers, body = answer(self.command, self.path, self.headers, self.rfile.read(length))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET

        super().__init__(("127.0.0.1", 0), Handler)
        if certificate:
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(certificate)
            self.socket = tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        self.port = self.server_port
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        # The function ends while it waits.
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


    def close(self):
        self.shutdown()
        self.server_close()


class Lambda:
    """Runs a function, and serves Lambda's Runtime API to it: events in, answers out.

    Source: AWS Lambda Developer Guide, "Using the Lambda runtime API for custom runtimes".
    """

    def __init__(self, binary, environment):
        self.events, self.answers = queue.Queue(), queue.Queue()
        self.first_next = None
        self.asked = threading.Event()
        # Set while the function waits for an event.
        self.idle = threading.Event()
        self.server = Server(self._answer)
        # Writes are appended, also after this process read the file.
        self.log_file = tempfile.TemporaryFile("a+b")
        self.started = time.perf_counter()
        self.process = subprocess.Popen([binary], stdout=self.log_file, stderr=self.log_file, env={
            **plain_environment(),
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self.server.port}",
            "AWS_LAMBDA_FUNCTION_NAME": "rollcall", "AWS_LAMBDA_FUNCTION_VERSION": "1",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
            "AWS_LAMBDA_LOG_GROUP_NAME": "rollcall", "AWS_LAMBDA_LOG_STREAM_NAME": "1",
            "AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
            **environment})

    def _answer(self, method, path, _headers, body):
        if path.endswith("/invocation/next"):
            if self.first_next is None:
                self.first_next = time.perf_counter()
                self.asked.set()
            self.idle.set()
            event = self.events.get()
            self.idle.clear()
            return 200, {
                "lambda-runtime-aws-request-id": "8476a536-e9f4-11e8-9739-2dfe598c3fcd",
                "lambda-runtime-deadline-ms": str(int((time.time() + 29) * 1000)),
                "lambda-runtime-invoked-function-arn": "arn:aws:lambda:eu-west-1:123456789012:function:rollcall",
                "content-type": "application/json",
            }, event
        if method == "POST":
            self.answers.put((time.perf_counter(), path, body))
        return 202, {}, b""

    def wait_until_ready(self, seconds=30):
        """Seconds from the start of the process to its first request for an event."""
        if not self.asked.wait(seconds):
            raise AssertionError(f"not ready after {seconds} s:\n{self.log()}")
        return self.first_next - self.started

    def wait_until_idle(self):
        """Waits until the function asks for the next event: its work after an answer is done."""
        if not self.idle.wait(40):
            raise AssertionError(f"the function asks for no further event:\n{self.log()}")

    def invoke(self, event):
        """The answer to an event, and the seconds until it came."""
        text = json.dumps(event).encode()
        sent = time.perf_counter()
        self.events.put(text)
        at, path, body = self.answers.get(timeout=40)
        if not path.endswith("/response"):
            raise AssertionError(f"the function failed: {body}")
        return json.loads(body), at - sent

    def memory(self):
        """Resident memory in kilobytes: the present value and the largest so far."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        field = lambda name: int(status.split(name + ":")[1].split()[0])
        return field("VmRSS"), field("VmHWM")

    def cpu(self):
        """Seconds of CPU, user and system, of all threads of the process so far."""
        return time.clock_gettime_ns((~self.process.pid << 3) | 2) / 1e9

    def log(self):
        self.log_file.seek(0)
        return self.log_file.read().decode()

    def log_lines(self):
        return [json.loads(line) for line in self.log().splitlines() if line.startswith("{")]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.server.close()
        self.log_file.close()


SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:pepper-AbCdEf"


class Aws:
    """DynamoDB and Secrets Manager at one address: the engine, and a secret. `faults` have priority over both."""

    def __init__(self, engine, certificate=None):
        self.engine = engine
        self.certificate = certificate
        self.faults = {}
        self.connections = threading.local()
        self.server = Server(self._answer, certificate)
        self.endpoint = f"{'https' if certificate else 'http'}://127.0.0.1:{self.server.port}"

    def _answer(self, _method, _path, headers, body):
        service, operation = headers["x-amz-target"].split(".")
        if service in self.faults:
            name, message = self.faults[service]
            return 400, {}, json.dumps({"__type": name, "message": message}).encode()
        if service == "secretsmanager":
            return self._secret(json.loads(body)["VersionStage"])
        if not hasattr(self.connections, "engine"):
            address = self.engine.endpoint.removeprefix("http://")
            self.connections.engine = http.client.HTTPConnection(address)
        self.connections.engine.request("POST", "/", body, {"x-amz-target": headers["x-amz-target"]})
        answer = self.connections.engine.getresponse()
        return answer.status, {"content-type": "application/x-amz-json-1.0"}, answer.read()

    def _secret(self, stage):
        document = json.loads((Path(self.engine.folder.name) / "secret.json").read_text())
        if stage not in document:
            return 400, {}, b'{"__type": "ResourceNotFoundException", "message": "no such stage"}'
        answer = {"ARN": SECRET, "Name": "pepper", "SecretString": document[stage]}
        return 200, {"content-type": "application/x-amz-json-1.1"}, json.dumps(answer).encode()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.close()

    def environment(self, **changes):
        """The environment of a function in the template, with AWS at this address."""
        return {
            "AWS_ENDPOINT_URL_DYNAMODB": self.endpoint, "AWS_ENDPOINT_URL_SECRETS_MANAGER": self.endpoint,
            **({"SSL_CERT_FILE": f"{self.certificate}.trusted"} if self.certificate else {}),
            "ROLLCALL_TABLE": "rollcall", "ROLLCALL_SECRET_ARN": SECRET, "ROLLCALL_PUBLIC_URL": "",
            "ROLLCALL_METRICS_NAMESPACE": "Rollcall/test", "ROLLCALL_LOG": "rollcall=info,warn",
            "ROLLCALL_LOCAL_ENDPOINT": "", "ROLLCALL_LOCAL_SECRET": "", **changes}


def headers_of(answer):
    """The headers of a function's answer, names in lower case."""
    many = {name: values[0] for name, values in (answer.get("multiValueHeaders") or {}).items()}
    return {name.lower(): value for name, value in {**many, **(answer.get("headers") or {})}.items()}


def sample_event(name, token=None):
    """A file of events/, with another token in it."""
    text = (ROOT / f"events/{name}.json").read_text()
    if token:
        text = text.replace("rc_demo_sample-token-for-events-for-local-use-only0", token)
    return json.loads(text)
