//! The data folder: creates it, locks it, and opens the embedded engine in it.

use anyhow::{Context, anyhow};
use rollcall::store::dynamodb::embedded::Engine;
use std::fs::File;
use std::path::Path;

/// The lock file in the data folder. A process locks it while the engine creates its file.
const LOCK_FILE: &str = "rollcall.lock";

/// Opens the embedded engine on a data folder. Creates the folder if it is missing.
pub fn open_engine(folder: &Path) -> anyhow::Result<Engine> {
    open_locked(folder).map(|(engine, _)| engine)
}

/// Opens the engine, and returns it with the lock of its folder. The engine creates its file and the table in several
/// steps, and fails on an unfinished file.
pub fn open_locked(folder: &Path) -> anyhow::Result<(Engine, File)> {
    let context = || unusable(folder);
    make_folder(folder).with_context(context)?;
    let lock = lock_folder(folder).with_context(context)?;
    let engine = Engine::open(folder).map_err(|error| anyhow!(error)).with_context(context)?;
    Ok((engine, lock))
}

/// Returns the context of a failure that concerns the data folder.
pub fn unusable(folder: &Path) -> String {
    format!("cannot use the data folder {}", folder.display())
}

/// Locks the data folder until the file is dropped. Waits while another process holds the lock.
fn lock_folder(folder: &Path) -> std::io::Result<File> {
    let mut options = File::options();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(folder.join(LOCK_FILE))?;
    file.lock()?;
    Ok(file)
}

/// Creates the folder. Only its owner has access, because it holds personal data and the pepper.
pub fn make_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
