//! The connections to the engine's file: one thread writes, and idle connections are lent to readers.

use dynoxide::Database;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;

type Job = Box<dyn FnOnce(&Database) + Send>;

/// How many connections stay open for later reads. Each has a cache of up to 2 MB.
const MOST_IDLE: usize = 8;

/// The connection that writes, on a thread of its own: a commit waits for the disk, and requests must not wait with it.
pub(super) struct Writer {
    database: Arc<Mutex<Database>>,
    jobs: Sender<Job>,
}

impl Writer {
    /// Starts the thread, for the file at `path`. It ends when the writer is dropped.
    ///
    /// # Errors
    /// The engine's own message, or that of starting a thread.
    pub(super) fn start(path: &str) -> Result<Self, String> {
        let open = |path: &str| Database::new(path).map_err(|error| error.to_string());
        let database = Arc::new(Mutex::new(open(path)?));
        let (jobs, queue) = channel::<Job>();
        let (path, shared) = (path.to_owned(), Arc::clone(&database));
        let work = move || {
            for job in queue {
                let current = lock(&shared).clone();
                let ended = catch_unwind(AssertUnwindSafe(|| job(&current)));
                // A panic poisons the engine's lock and may leave a transaction open: the next job has a new connection.
                if ended.is_err()
                    && let Ok(new) = open(&path)
                {
                    *lock(&shared) = new;
                }
            }
        };
        let thread = std::thread::Builder::new().name("writer".to_owned()).spawn(work);
        thread.map_err(|error| error.to_string())?;
        Ok(Self { database, jobs })
    }

    /// The connection, for calls that wait on their own thread.
    pub(super) fn database(&self) -> Database {
        lock(&self.database).clone()
    }

    /// Runs `work` after the jobs before it. `None` when it panics.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Database) -> T + Send + 'static,
    ) -> Option<T> {
        let (done, result) = oneshot::channel();
        let job: Job = Box::new(move |database| {
            // The job runs to its end even if the caller is gone.
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

    /// Reads with an idle connection, or with a new one when all are busy.
    pub(super) fn run<T>(&self, writer: &Writer, read: impl FnOnce(&Database) -> T) -> T {
        let idle = lock(&self.idle).pop();
        let Some(reader) = idle.or_else(|| Database::new(&self.path).ok()) else {
            return read(&writer.database());
        };
        let result = read(&reader);
        let mut idle = lock(&self.idle);
        if idle.len() < MOST_IDLE {
            idle.push(reader);
        }
        result
    }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
