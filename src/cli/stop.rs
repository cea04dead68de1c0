//! When a server of the command ends.

use std::future::Future;
use std::io;

/// Listens for Ctrl-C and SIGTERM. The future ends with the first one.
///
/// Call it before the server says that it is ready: a signal that comes while nobody listens would be lost.
///
/// # Errors
/// The operating system does not tell the process about signals.
#[cfg(unix)]
pub fn listen() -> io::Result<impl Future<Output = ()> + Send> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Listens for Ctrl-C. The future ends with it.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn listen() -> io::Result<impl Future<Output = ()> + Send> {
    Ok(async { drop(tokio::signal::ctrl_c().await) })
}
