//! The calls and capacity units of requests, as a table.

use crate::support::TestTenant;
use crate::support::faults::{Call, one_after_another};
use std::fmt::Write;

/// The operations whose units are write units.
const WRITES: [&str; 2] = ["TransactWriteItems", "UpdateItem"];

/// The cost of one request.
pub struct Line {
    pub request: &'static str,
    pub calls: Vec<Call>,
}

impl Line {
    /// The operations and their counts, in alphabetical order: `GetItem 2`, `TransactWriteItems 1` and so on.
    pub fn operations(&self) -> Vec<(&str, usize)> {
        let mut operations: Vec<(&str, usize)> = Vec::new();
        for call in &self.calls {
            match operations.iter_mut().find(|(name, _)| *name == call.operation) {
                Some((_, number)) => *number += 1,
                None => operations.push((&call.operation, 1)),
            }
        }
        operations.sort_unstable();
        operations
    }

    /// The number of items in each transaction, in order.
    pub fn items(&self) -> Vec<usize> {
        let transactions = self.calls.iter().filter(|call| call.operation == "TransactWriteItems");
        transactions
            .map(|call| call.request["TransactItems"].as_array().map_or(0, Vec::len))
            .collect()
    }

    pub fn units(&self, written: bool) -> f64 {
        let calls = self.calls.iter();
        calls
            .filter(|call| WRITES.contains(&&*call.operation) == written)
            .map(|call| call.capacity_units)
            .fold(0.0, |sum, units| sum + units)
    }

    /// Whether a transaction was cancelled.
    /// DynamoDB charges a cancelled transaction in full, and does not report its units.
    pub fn cancelled(&self) -> bool {
        self.calls.iter().any(|call| !call.succeeded)
    }
}

/// The lines so far, and the tenant of the measurement.
pub struct Measure {
    pub tenant: TestTenant,
    pub lines: Vec<Line>,
}

impl Measure {
    /// Stores the calls since the last note as the cost of `request`.
    pub fn note(&mut self, request: &'static str) {
        let calls = self.tenant.app.faults.take_calls();
        self.lines.push(Line { request, calls });
    }

    pub fn line(&self, request: &str) -> &Line {
        self.lines.iter().find(|line| line.request == request).expect(request)
    }

    /// Checks the budget of one request: its operations, and the items of its transactions.
    #[track_caller]
    pub fn check(&self, request: &str, operations: &[(&str, usize)], items: &[usize]) {
        let line = self.line(request);
        assert_eq!(line.operations(), operations, "{request}");
        assert_eq!(line.items(), items, "{request}");
    }

    pub fn table(&self) -> String {
        let mut table = String::from(
            "| request | calls | one after another | items written | read units | write units |\n\
             |---|---|---|---|---|---|\n",
        );
        for line in &self.lines {
            let calls: Vec<String> = line
                .operations()
                .iter()
                .map(|(name, number)| match number {
                    1 => (*name).to_owned(),
                    number => format!("{number} × {name}"),
                })
                .collect();
            let items: Vec<String> = line.items().iter().map(usize::to_string).collect();
            let more = if line.cancelled() { " + cancelled" } else { "" };
            writeln!(
                table,
                "| {} | {} | {} | {} | {} | {}{more} |",
                line.request,
                if calls.is_empty() { "none".to_owned() } else { calls.join(", ") },
                one_after_another(&line.calls),
                if items.is_empty() { "0".to_owned() } else { items.join(", then ") },
                line.units(false),
                line.units(true),
            )
            .expect("text");
        }
        table
    }
}
