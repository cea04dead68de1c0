//! The connections to the engine's file: one thread writes, and idle connections are lent to readers.

use dynoxide::Database;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;

type Job = Box<dyn FnOnce(&Database) + Send>;

/// The connection that writes, on a thread of its own: a commit waits for the disk, and requests must not wait with it.
pub(super) struct Writer {
    database: Database,
    jobs: Sender<Job>,
}

impl Writer {
    /// Starts the thread. It ends when the writer is dropped.
    ///
    /// # Errors
    /// Those of starting a thread.
    pub(super) fn start(database: Database) -> std::io::Result<Self> {
        let (jobs, queue) = channel::<Job>();
        let own = database.clone();
        std::thread::Builder::new().name("writer".to_owned()).spawn(move || {
            for job in queue {
                // A defect costs one request, as elsewhere, and not all writes after it.
                let _ = catch_unwind(AssertUnwindSafe(|| job(&own)));
            }
        })?;
        Ok(Self { database, jobs })
    }

    /// The connection, for calls that wait on their own thread.
    pub(super) fn database(&self) -> &Database {
        &self.database
    }

    /// Runs `work` after the jobs before it. `None` when it panics.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Database) -> T + Send + 'static,
    ) -> Option<T> {
        let (done, result) = oneshot::channel();
        let job: Job = Box::new(move |database| {
            // A caller that is gone leaves the work done.
            let _ = done.send(work(database));
        });
        self.jobs.send(job).ok()?;
        result.await.ok()
    }
}

/// The connections that read.
pub(super) struct Readers {
    path: String,
    idle: Mutex<Vec<Database>>,
}

impl Readers {
    /// Readers of the file at `path`, beginning with one.
    pub(super) fn new(path: &str, first: Database) -> Self {
        Self { path: path.to_owned(), idle: Mutex::new(vec![first]) }
    }

    /// Reads with an idle connection, or with a new one when all are busy. There are as many as reads at one time.
    pub(super) fn run<T>(&self, writer: &Writer, read: impl FnOnce(&Database) -> T) -> T {
        let idle = self.idle().pop();
        let Some(reader) = idle.or_else(|| Database::new(&self.path).ok()) else {
            return read(writer.database());
        };
        let result = read(&reader);
        self.idle().push(reader);
        result
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Database>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
