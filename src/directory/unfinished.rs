//! What is left to be written of a change that is committed, and seen by all already.

use std::future::Future;
use std::time::Duration;

/// How long a request goes on with it. What is left then is for another change.
const LONGEST: Duration = Duration::from_secs(15);

/// Runs follow-up work and returns whether it finished. A failure is logged; a later change continues.
pub(super) async fn tidy<E: std::error::Error + 'static>(
    work: impl Future<Output = Result<(), E>>,
) -> bool {
    match tokio::time::timeout(LONGEST, work).await {
        Ok(Ok(())) => return true,
        Ok(Err(error)) => {
            let cause = crate::error_chain(&error);
            tracing::warn!(cause, "members of a group are left for later");
        }
        Err(_) => tracing::info!("members of a group are left for later: the time is over"),
    }
    false
}
