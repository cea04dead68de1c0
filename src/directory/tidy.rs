//! What is left to be written of a change that is committed, and seen by all already.

use std::future::Future;
use std::time::Duration;

/// How long a request goes on with it. What is left then is for another change.
const LONGEST: Duration = Duration::from_secs(15);

/// Does such work. A failure of it is no failure of the request: operations are told, and it is left for another change.
/// That the time was over is not even worth telling.
pub(super) async fn tidy<E: std::error::Error + 'static>(
    work: impl Future<Output = Result<(), E>>,
) {
    if let Ok(Err(error)) = tokio::time::timeout(LONGEST, work).await {
        tracing::warn!(cause = crate::error_chain(&error), "members of a group are left for later");
    }
}
