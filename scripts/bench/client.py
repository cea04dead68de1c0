"""The client: keep-alive connections over plain sockets, in separate processes, with prepared requests.

The client parses and allocates little, so the server gets most of the machine. Only the status line, `content-length` and
`location` of an answer are read.
"""

import json
import multiprocessing
import select
import socket
import time
from array import array
from collections import Counter, deque

READ_BYTES = 1 << 18
PROCESSES = 2
NO_ANSWER_SECONDS = 120


def request(method, path, token=None, body=None):
    """The bytes of a request."""
    data = b"" if body is None else json.dumps(body, separators=(",", ":")).encode()
    head = [f"{method} {path} HTTP/1.1", "host: 127.0.0.1"]
    if token:
        head.append(f"authorization: Bearer {token}")
    if body is not None:
        head += ["content-type: application/scim+json", f"content-length: {len(data)}"]
    return "\r\n".join([*head, "", ""]).encode() + data


class Connection:
    """A keep-alive connection with at most one request under way."""

    def __init__(self, address):
        self.socket = socket.create_connection(address, timeout=NO_ANSWER_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, data):
        self.head, self.chunks, self.received, self.length = b"", [], 0, None
        self.sent = time.perf_counter()
        self.socket.sendall(data)

    def receive(self):
        """Reads once. The result is the status when the answer is complete, and None before."""
        chunk = self.socket.recv(READ_BYTES)
        if not chunk:
            raise ConnectionError("the server closed the connection")
        if self.length is None:
            self.head += chunk
            end = self.head.find(b"\r\n\r\n")
            if end < 0:
                return None
            self.head, chunk = self.head[:end + 2].lower(), self.head[end + 4:]
            self.length = self._length()
        self.chunks.append(chunk)
        self.received += len(chunk)
        if self.received < self.length or self.length < 0 and not chunk.endswith(b"0\r\n\r\n"):
            return None
        return int(self.head[9:12])

    def _length(self):
        """The number of bytes of the body; -1 for a chunked body."""
        length = self.header(b"content-length")
        return int(length) if length else -1 if self.header(b"transfer-encoding") else 0

    def header(self, name):
        start = self.head.find(b"\r\n" + name + b": ")
        return None if start < 0 else self.head[start + len(name) + 4:].split(b"\r\n", 1)[0]

    def exchange(self, data):
        """Sends a request and waits. The result is status and body."""
        self.send(data)
        while (status := self.receive()) is None:
            pass
        return status, b"".join(self.chunks)

    def json(self, data, expected=200):
        status, body = self.exchange(data)
        assert status == expected, f"{status} instead of {expected}: {body[:500]!r} for {data[:200]!r}"
        return json.loads(body)

    def close(self):
        self.socket.close()


class Answers:
    """The answers to a run: milliseconds, statuses, and the ids from `location` headers."""

    def __init__(self):
        self.milliseconds, self.statuses, self.ids = array("d"), Counter(), []
        self.seconds = self.cpu = 0.0

    def add(self, connection, status):
        self.milliseconds.append(1000 * (time.perf_counter() - connection.sent))
        self.statuses[status] += 1
        location = connection.header(b"location") if status == 201 else None
        if location:
            self.ids.append(location.rsplit(b"/", 1)[1].decode())

    def merge(self, other):
        self.milliseconds += other.milliseconds
        self.statuses += other.statuses
        self.ids += other.ids
        self.seconds += other.seconds
        self.cpu += other.cpu
        return self

    def percentile(self, part):
        values = sorted(self.milliseconds)
        return values[min(len(values) - 1, int(part * len(values)))] if values else None

    def not_ok(self):
        return self.statuses.total() - self.statuses[200]


def in_processes(*tasks, when_ready=lambda: None):
    """Runs generators in separate processes, and returns their results.

    Each generator yields once, when it is ready. `when_ready` is called first, and then all generators continue together.
    """
    context = multiprocessing.get_context("fork")
    children = []
    for task in tasks:
        here, there = context.Pipe()
        process = context.Process(target=_child, args=(task, there), daemon=True)
        process.start()
        there.close()
        children.append((process, here))
    for _, pipe in children:
        pipe.recv()
    when_ready()
    for _, pipe in children:
        pipe.send("go")
    results = [pipe.recv() for _, pipe in children]
    for process, _ in children:
        process.join()
    for result in results:
        if isinstance(result, Exception):
            raise result
    return results


def _child(task, pipe):
    try:
        next(task)
        pipe.send("ready")
        pipe.recv()
        next(task)
    except StopIteration as end:
        pipe.send(end.value)
    except Exception as error:  # the parent raises it
        pipe.send(error)


def drive(address, requests, connections, seconds=None, tolerant=False):
    """Sends requests over connections, each after the answer to the request before: a task for `in_processes`.

    With `seconds`, no request starts after this time. A tolerant run counts closed connections as `closed`.
    """
    opened = {}
    for _ in range(connections):
        connection = Connection(address)
        opened[connection.socket.fileno()] = connection
    yield
    answers, left = Answers(), iter(requests)
    epoll = select.epoll()
    started = time.perf_counter()
    is_over = lambda: seconds is not None and time.perf_counter() - started > seconds
    waiting = 0
    for number, connection in opened.items():
        if (data := next(left, None)) is not None:
            epoll.register(number, select.EPOLLIN)
            connection.send(data)
            waiting += 1
    while waiting:
        events = epoll.poll(NO_ANSWER_SECONDS)
        if not events:
            answers.statuses["none"] += waiting
            break
        for number, _ in events:
            connection = opened[number]
            try:
                if (status := connection.receive()) is None:
                    continue
                answers.add(connection, status)
                data = None if is_over() else next(left, None)
                if data is not None:
                    connection.send(data)
                    continue
            except OSError:
                if not tolerant:
                    raise
                answers.statuses["closed"] += 1
                epoll.unregister(number)
            waiting -= 1
    answers.seconds = time.perf_counter() - started
    for connection in opened.values():
        connection.close()
    return answers


def run(server, requests, connections, expected):
    """Sends requests to a server from a few processes. Fails at an unexpected status."""
    processes = max(1, min(PROCESSES, connections, len(requests)))
    share = lambda n: connections // processes + (n < connections % processes)
    tasks = [drive(server.address, requests[n::processes], share(n)) for n in range(processes)]
    cpu = []
    parts = in_processes(*tasks, when_ready=lambda: cpu.append(server.cpu()))
    answers = Answers()
    answers.cpu = server.cpu() - cpu[0]
    for part in parts:
        answers.merge(part)
    answers.seconds = max(part.seconds for part in parts)
    if set(answers.statuses) != {expected}:
        raise SystemExit(f"{server.label}: statuses {dict(answers.statuses)} instead of {expected}, first request "
                         f"{requests[0][:300]!r}\n{server.log()[-1000:]}")
    return answers
