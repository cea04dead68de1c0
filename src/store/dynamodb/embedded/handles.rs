//! The connections to the engine's file: one thread writes, and idle connections are lent to readers.

use dynoxide::Database;
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

type Job = Box<dyn FnOnce(&Database) + Send>;

/// The fewest long reads that run at the same time. Each has a connection of its own.
const FEWEST_LONG: usize = 4;
/// The most long reads, and the most short ones. A machine with more processors has enough with these.
const MOST_READERS: usize = 16;

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

    /// Runs `work` after the jobs before it, unless the caller has gone by then. `None` when it panics.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Database) -> T + Send + 'static,
    ) -> Option<T> {
        let (done, result) = oneshot::channel();
        let job: Job = Box::new(move |database| {
            // A job is skipped if its caller was cancelled while it waited. A job that has begun runs to its end.
            if !done.is_closed() {
                let _ = done.send(work(database));
            }
        });
        self.jobs.send(job).ok()?;
        result.await.ok()
    }
}

/// The connections that read. All are opened at the start: to open one takes the file's write lock.
pub(super) struct Readers {
    path: String,
    idle: Mutex<Vec<Database>>,
    /// How many long reads may begin. The other connections are for the threads that answer.
    long: Arc<Semaphore>,
}

impl Readers {
    /// Opens the file at `path`, once for each thread that answers and once for each long read.
    ///
    /// # Errors
    /// The engine's own message.
    pub(super) fn open(path: &str) -> Result<Self, String> {
        let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
        let threads = threads.min(MOST_READERS);
        let long = threads.max(FEWEST_LONG);
        let readers = (0..threads + long).map(|_| Database::new(path));
        let readers = readers.collect::<Result<_, _>>().map_err(|error| error.to_string())?;
        Ok(Self {
            path: path.to_owned(),
            idle: Mutex::new(readers),
            long: Arc::new(Semaphore::new(long)),
        })
    }

    /// Waits until a long read may begin. It ends when the permit is dropped.
    pub(super) async fn begin_long(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.long).acquire_owned().await.ok()
    }

    /// Reads with an idle connection; with the one that writes when there is none.
    pub(super) fn run<T>(&self, writer: &Writer, read: impl FnOnce(&Database) -> T) -> T {
        let Some(reader) = lock(&self.idle).pop() else { return read(&writer.database()) };
        let lent = Lent { readers: self, reader };
        read(&lent.reader)
    }
}

/// A connection that a read uses. It goes back to the idle ones when the read ends.
struct Lent<'r> {
    readers: &'r Readers,
    reader: Database,
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        // A panic poisons the engine's lock.
        let reader = match std::thread::panicking() {
            true => Database::new(&self.readers.path).ok(),
            false => Some(self.reader.clone()),
        };
        lock(&self.readers.idle).extend(reader);
    }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
