//! The engine: its file or memory, and its connections.

use super::handles::{Readers, Writer};
use dynoxide::Database;
use std::path::Path;
use std::sync::Arc;

/// The file in the data folder.
const FILE: &str = "rollcall.db";

/// The engine. Cheap to clone.
#[derive(Clone)]
pub struct Engine(Arc<Handles>);

/// The engine's connections to its data.
enum Handles {
    /// Memory has one connection: reads and writes take turns.
    Memory(Database),
    /// A file has one connection that writes, and others that read beside it. So reads do not wait for a write to reach
    /// the disk.
    File { writer: Writer, readers: Readers },
}

impl Engine {
    /// Opens the engine on a data folder, which must exist. Several processes may open it at the same time.
    ///
    /// # Errors
    /// Gives the message of the engine when the file cannot be opened or is no SQLite database.
    pub fn open(folder: &Path) -> Result<Self, String> {
        let file = folder.join(FILE);
        let path = file.to_str().ok_or("the path of the data folder is not UTF-8 text")?;
        make_private(&file).map_err(|error| error.to_string())?;
        let writer = Writer::start(path)?;
        let readers = Readers::open(path)?;
        Ok(Self(Arc::new(Handles::File { writer, readers })))
    }

    /// Whether a folder has the engine's file.
    ///
    /// # Errors
    /// Fails when the folder cannot be read.
    pub fn has_data(folder: &Path) -> std::io::Result<bool> {
        folder.join(FILE).try_exists()
    }

    /// Makes an engine that keeps all data in memory.
    ///
    /// # Errors
    /// Gives the message of the engine.
    pub fn in_memory() -> Result<Self, String> {
        let database = Database::memory().map_err(|error| error.to_string())?;
        Ok(Self(Arc::new(Handles::Memory(database))))
    }

    /// Writes all data into a data folder that has no data yet. [`Self::open`] opens it.
    ///
    /// # Errors
    /// Gives the message of the engine when the folder has data, or when the file cannot be written.
    pub fn save_in(&self, folder: &Path) -> Result<(), String> {
        let file = folder.join(FILE);
        make_private(&file).map_err(|error| error.to_string())?;
        self.copy_to(&file)
    }

    /// Writes all data into a new file, which [`Self::copied_from`] reads.
    ///
    /// # Errors
    /// Gives the message of the engine.
    pub fn copy_to(&self, file: &Path) -> Result<(), String> {
        let path = file.to_str().ok_or("the path of the copy is not UTF-8 text")?;
        self.database().vacuum_into(path).map_err(|error| error.to_string())
    }

    /// Makes an engine in memory with the data of a copy.
    ///
    /// # Errors
    /// Gives the message of the engine when the file is no copy.
    pub fn copied_from(file: &Path) -> Result<Self, String> {
        let path = file.to_str().ok_or("the path of the copy is not UTF-8 text")?;
        let database = Database::memory().map_err(|error| error.to_string())?;
        database.restore_from(path).map_err(|error| error.to_string())?;
        Ok(Self(Arc::new(Handles::Memory(database))))
    }

    /// Reads on the calling thread.
    pub(super) fn read<T>(&self, read: impl FnOnce(&Database) -> T) -> T {
        match &*self.0 {
            Handles::Memory(database) => read(database),
            Handles::File { writer, readers } => readers.run(writer, read),
        }
    }

    /// Reads on another thread, so that the calling thread goes on with short work. In memory, the calling thread
    /// reads. `None` when the read panics on the other thread.
    pub(super) async fn read_apart<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Database) -> T + Send + 'static,
    ) -> Option<T> {
        let permit = match &*self.0 {
            Handles::Memory(_) => return Some(self.read(read)),
            Handles::File { readers, .. } => readers.begin_long().await?,
        };
        let engine = self.clone();
        let read = move || {
            // The read continues after its caller is cancelled, and keeps its permit.
            let _permit = permit;
            engine.read(read)
        };
        tokio::task::spawn_blocking(read).await.ok()
    }

    /// Runs `work` after all earlier writes and before all later writes. `None` when `work` panics on the writer's
    /// thread. In memory, the panic reaches the caller.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Database) -> T + Send + 'static,
    ) -> Option<T> {
        match &*self.0 {
            Handles::Memory(database) => Some(work(database)),
            Handles::File { writer, .. } => writer.run(work).await,
        }
    }

    /// The connection that writes.
    pub(super) fn database(&self) -> Database {
        match &*self.0 {
            Handles::Memory(database) => database.clone(),
            Handles::File { writer, .. } => writer.database(),
        }
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Engine")
    }
}

/// Makes the file unless it exists. On Unix, only its owner gets access, because the file holds personal data. The
/// engine's other files take over its permissions.
fn make_private(file: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let opened = options.open(file)?;
    #[cfg(unix)]
    opened.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    drop(opened);
    Ok(())
}
