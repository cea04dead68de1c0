//! Answers the events of the Deliver function: each event starts one delivery run, and each run is one log line with
//! metrics.

use super::trigger::{Trigger, TriggerEvent};
use crate::delivery::run_report::{RunContext, RunReport};
use crate::delivery::runner::Runner;
use crate::directory::{clock, metered};
use lambda_http::LambdaEvent;
use std::future::Future;

/// The outboxes of all tenants are read every so many minutes.
const OUTBOX_MINUTES: u8 = 15;

/// A run failed in part. Lambda counts the error, and repeats a batch of the stream.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{failures} parts of the delivery run failed; the log has their causes")]
pub struct RunFailed {
    /// The number of tenants, and of reads of due work, that failed.
    pub failures: u64,
}

/// Runs the work of a trigger. Each quarter of an hour, the event of the minute also covers all outboxes, because the
/// trigger of the stream may be lost.
pub async fn run(runner: &Runner, trigger: Trigger) -> RunReport {
    match trigger {
        Trigger::Tenants(tenants) => runner.run_tenants(tenants).await,
        Trigger::Minute => {
            runner.run_due(runner.now().minute().is_multiple_of(OUTBOX_MINUTES)).await
        }
        Trigger::Everything => runner.run_due(true).await,
    }
}

/// Answers one event with a run of `run`. A malformed event becomes a run over everything, so that no event stays in the
/// stream because of it.
///
/// # Errors
/// [`RunFailed`], as the type of the Lambda runtime.
pub async fn handle<R, W>(
    event: LambdaEvent<TriggerEvent>,
    run: R,
) -> Result<(), lambda_http::Error>
where
    R: FnOnce(Trigger) -> W,
    W: Future<Output = RunReport>,
{
    let LambdaEvent { payload, context } = event;
    let lambda_request_id = Some(&*context.request_id);
    let trigger = payload.trigger().unwrap_or_else(|| {
        tracing::warn!(lambda_request_id, "the trigger is malformed: the run covers everything");
        Trigger::Everything
    });
    let name = trigger.as_str();
    let started = clock();
    let (report, usage) = metered(run(trigger)).await;
    let duration = started.elapsed();
    report.log(RunContext { lambda_request_id, trigger: name, duration, usage });
    match report.failures {
        0 => Ok(()),
        failures => Err(RunFailed { failures }.into()),
    }
}
