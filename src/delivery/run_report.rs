//! The report of a delivery run: numbers for its log line. On Lambda, the same line carries the run's metrics
//! (`crate::lambda::metrics`).
//!
//! No number names a tenant. CloudWatch charges for each metric by the hour of use, so the line leaves out the numbers
//! that say nothing. An idle run then writes no metric.

use crate::directory::Usage;
use std::collections::BTreeMap;
use std::time::Duration;

/// The target of the log events of delivery runs.
pub const RUN_TARGET: &str = "rollcall::delivery_run";

/// The kind of a destination, and the outcome of a delivery to it. Each pair is a metric that costs money, so both
/// words come from closed lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DeliveryOutcome {
    /// `webhook`, `slack` or `teams`.
    pub kind: &'static str,
    /// `delivered`, or a short word for the failure, such as `tls` or `timeout`.
    pub outcome: &'static str,
}

/// The report of a delivery run. The report of a run on several tenants is the [`merge`](Self::merge) of their reports.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunReport {
    /// The number of tenants that the run worked on.
    pub tenants: u64,
    /// The number of tenants, and of reads of due work, that failed. The log has the cause of each already.
    pub failures: u64,
    /// The number of events that the run put into feeds.
    pub sequenced: u64,
    /// The number of deliveries by kind and outcome. A message to Slack or Teams is one delivery.
    pub deliveries: BTreeMap<DeliveryOutcome, u64>,
    /// The longest time from a change to the receiver's 2xx answer, over the first tries of this run.
    pub lag: Option<Duration>,
    /// The age of the oldest change that the run left without a number. `None` when each outbox is empty.
    pub outbox_age: Option<Duration>,
    /// The number of events behind the positions, and of events that wait for a retry. `None` when no tenant of the
    /// run has a destination.
    pub waiting: Option<u64>,
    /// The number of destinations that the run disabled.
    pub disabled: u64,
}

/// The facts about a run that its log line has beside the report.
#[derive(Debug, Clone, Copy)]
pub struct RunContext<'a> {
    /// Lambda's id of the invocation.
    pub lambda_request_id: Option<&'a str>,
    /// The cause of the run, such as `stream`.
    pub trigger: &'a str,
    /// The time that the run took.
    pub duration: Duration,
    /// The run's use of DynamoDB.
    pub usage: Usage,
}

impl RunReport {
    /// Adds the report of another part of the same run.
    pub fn merge(&mut self, other: Self) {
        self.tenants += other.tenants;
        self.failures += other.failures;
        self.sequenced += other.sequenced;
        for (outcome, count) in other.deliveries {
            *self.deliveries.entry(outcome).or_default() += count;
        }
        self.lag = self.lag.max(other.lag);
        self.outbox_age = self.outbox_age.max(other.outbox_age);
        self.waiting = match (self.waiting, other.waiting) {
            (Some(ours), Some(theirs)) => Some(ours + theirs),
            (ours, theirs) => ours.or(theirs),
        };
        self.disabled += other.disabled;
    }

    /// Notes the time from a change to the receiver's answer.
    pub fn note_lag(&mut self, lag: time::Duration) {
        let lag = Duration::try_from(lag).unwrap_or_default();
        self.lag = self.lag.max(Some(lag));
    }

    /// Whether the run did more than to look for work.
    pub fn did_something(&self) -> bool {
        self.failures + self.sequenced + self.disabled > 0 || !self.deliveries.is_empty()
    }

    /// Counts a delivery.
    pub fn count(&mut self, kind: &'static str, outcome: &'static str) {
        *self.deliveries.entry(DeliveryOutcome { kind, outcome }).or_default() += 1;
    }

    /// Writes the line of a run. A line has room for one pair of kind and outcome. Further pairs have a short line each.
    pub fn log(&self, context: RunContext<'_>) {
        let RunContext { lambda_request_id, trigger, duration, usage } = context;
        let mut pairs = self.deliveries.iter();
        let first = pairs.next();
        tracing::info!(
            target: RUN_TARGET,
            lambda_request_id,
            trigger,
            tenants = self.tenants,
            failures = positive(self.failures),
            sequenced = positive(self.sequenced),
            kind = first.map(|(pair, _)| pair.kind),
            outcome = first.map(|(pair, _)| pair.outcome),
            deliveries = first.map(|(_, count)| *count),
            lag_ms = self.lag.map(|lag| whole(lag.as_millis())),
            outbox_age_s = self.outbox_age.map(|age| age.as_secs()),
            waiting = self.waiting,
            disabled = positive(self.disabled),
            duration_us = whole(duration.as_micros()),
            store_calls = usage.calls,
            read_units = usage.read_units,
            write_units = usage.write_units,
            "delivery run"
        );
        for (pair, count) in pairs {
            tracing::info!(
                target: RUN_TARGET,
                lambda_request_id,
                kind = pair.kind,
                outcome = pair.outcome,
                deliveries = *count,
                "deliveries"
            );
        }
    }
}

/// Returns a number that says something: `None` for zero.
fn positive(number: u64) -> Option<u64> {
    (number > 0).then_some(number)
}

fn whole(number: u128) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::{DeliveryOutcome, RunReport};
    use std::collections::BTreeMap;
    use std::time::Duration;

    #[test]
    fn the_report_of_a_run_adds_counts_and_keeps_the_longest_times() {
        let mut whole = RunReport { tenants: 1, sequenced: 3, ..RunReport::default() };
        whole.count("webhook", "delivered");
        let mut other = RunReport {
            tenants: 2,
            failures: 1,
            sequenced: 4,
            lag: Some(Duration::from_millis(70)),
            outbox_age: Some(Duration::from_secs(9)),
            waiting: Some(5),
            disabled: 1,
            ..RunReport::default()
        };
        other.count("webhook", "delivered");
        other.count("slack", "timeout");
        whole.merge(other.clone());
        let short = RunReport {
            lag: Some(Duration::from_millis(20)),
            outbox_age: None,
            waiting: Some(2),
            ..RunReport::default()
        };
        whole.merge(short);
        let outcome = |kind, outcome| DeliveryOutcome { kind, outcome };
        let deliveries = BTreeMap::from([
            (outcome("slack", "timeout"), 1),
            (outcome("webhook", "delivered"), 2),
        ]);
        let expected =
            RunReport { tenants: 3, sequenced: 7, deliveries, waiting: Some(7), ..other };
        assert_eq!(whole, expected);
    }
}
