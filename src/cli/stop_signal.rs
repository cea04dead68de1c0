//! Waits for the signals that stop a server of the command.

use std::future::Future;
use std::io;

/// Listens for Ctrl-C and SIGTERM. The future completes with the first signal.
///
/// The server calls this before it reports that it is ready: an earlier signal would be lost.
///
/// # Errors
/// The operating system does not deliver signals to the process.
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

/// Listens for Ctrl-C. The future completes with the signal.
#[cfg(not(unix))]
pub fn listen() -> io::Result<impl Future<Output = ()> + Send> {
    Ok(async { drop(tokio::signal::ctrl_c().await) })
}
