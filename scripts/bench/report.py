"""The results: rows for the JSON file, and a table of plain text for each measurement."""

import json
from pathlib import Path

# Measurement: title, and for each column its key, heading and format.
TABLES = {
    "operations": ("Operations", [
        ("people", "people", "d"), ("operation", "operation", "s"), ("binary", "", "s"), ("requests", "requests", "d"),
        ("cpu_us", "server CPU µs", ".0f"), ("ratio", "to A", ".2f"), ("per_second", "a second", ".1f"),
        ("p50_ms", "p50 ms", ".2f"), ("p99_ms", "p99 ms", ".2f")]),
    "scan": ("A filter without a key reads every row", [
        ("people", "people", "d"), ("binary", "", "s"), ("us_a_row", "server CPU µs a row", ".2f")]),
    "walk": ("Walk over everybody by pages of 100, one connection", [
        ("people", "people", "d"), ("binary", "", "s"), ("seconds", "seconds", ".3f"),
        ("cpu_seconds", "server CPU s", ".3f")]),
    "start": ("Start on the seeded folder, median and most", [
        ("people", "people", "d"), ("binary", "", "s"), ("serve_ms", "serve to /health ms", ".1f"),
        ("serve_most_ms", "most", ".1f"), ("tenant_list_ms", "tenant list ms", ".1f"),
        ("tenant_list_most_ms", "most", ".1f")]),
    "memory": ("Resident memory: the process that seeded, the process that then ran the rest; and disk after a clean stop", [
        ("people", "people", "d"), ("binary", "", "s"), ("seeded_mb", "seeded MB", ".1f"),
        ("after_run_mb", "after the run MB", ".1f"), ("bytes_a_user", "disk bytes a user", ".0f")]),
    "starve": ("Requests of a victim beside clients with heavy filters", [
        ("heavy", "heavy clients", "s"), ("victim", "victim", "s"), ("binary", "", "s"), ("requests", "requests", "d"),
        ("p50_ms", "p50 ms", ".2f"), ("p99_ms", "p99 ms", ".2f"), ("most_ms", "most ms", ".0f"),
        ("not_200", "not 200", "d")]),
    "heavy": ("The heavy clients' answers", [
        ("heavy", "heavy clients", "s"), ("binary", "", "s"), ("statuses", "statuses", "s"),
        ("p50_ms", "p50 ms", ".0f"), ("most_ms", "most ms", ".0f"), ("cpu_seconds", "server CPU s", ".1f")]),
    "kill": ("kill -9 under writes: what was acknowledged, and what of it is lost", [
        ("round", "round", "d"), ("binary", "", "s"), ("after_seconds", "killed after s", ".1f"),
        ("creates", "creates", "d"), ("lost_creates", "lost", "d"), ("patches", "PATCHes", "d"),
        ("patched", "people patched", "d"), ("lost_patches", "lost", "d"), ("total", "totalResults", "d"),
        ("listed", "people listed", "d"), ("start_ms", "restart ms", ".0f")]),
    "instructions": ("Instructions a request, counted by callgrind", [
        ("people", "people", "d"), ("operation", "operation", "s"), ("binary", "", "s"),
        ("instructions", "instructions", ",.0f"), ("ratio", "to A", ".3f")]),
    "core": ("Instructions of the protocol core, counted by callgrind", [
        ("case", "case", "s"), ("instructions", "instructions", ",.0f")]),
}
# The figure that a row compares with the same row of the first binary.
COMPARED = {"operations": "cpu_us", "instructions": "instructions"}


class Report:
    def __init__(self, labels=("A",)):
        self.labels = list(labels)
        self.rows = []
        self.printed = 0

    def add(self, measurement, binary, **values):
        row = {"measurement": measurement, "binary": binary, **values}
        if figure := COMPARED.get(measurement):
            row["ratio"] = row[figure] / self._first(row)[figure]
        self.rows.append(row)

    def _first(self, row):
        """The same row of the first binary, or this row."""
        same = ("measurement", "people", "operation")
        found = [other for other in self.rows if other["binary"] == self.labels[0]
                 and all(other.get(key) == row.get(key) for key in same)]
        return found[-1] if found and row["binary"] != self.labels[0] else row

    def table(self, measurement):
        """Prints the rows of a measurement that were not printed before."""
        rows = [row for row in self.rows if row["measurement"] == measurement and not row.get("printed")]
        if not rows:
            return
        title, columns = TABLES[measurement]
        if len(self.labels) == 1:
            columns = [column for column in columns if column[0] not in ("binary", "ratio")]
        text = lambda value, form: "-" if value is None else str(value) if form == "s" else format(value, form)
        lines = [[heading for _, heading, _ in columns]]
        lines += [[text(row[key], form) for key, _, form in columns] for row in rows]
        widths = [max(map(len, column)) for column in zip(*lines)]
        print(f"\n{title}\n")
        for line in lines:
            cells = [cell.ljust(width) if form == "s" else cell.rjust(width)
                     for cell, width, (_, _, form) in zip(line, widths, columns)]
            print("  ".join(cells).rstrip(), flush=True)
        for row in rows:
            row["printed"] = True

    def write(self, path, head):
        rows = [{key: value for key, value in row.items() if key != "printed"} for row in self.rows]
        Path(path).write_text(json.dumps({**head, "rows": rows}, indent=1) + "\n")
