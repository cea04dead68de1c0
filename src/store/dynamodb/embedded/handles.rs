//! The connections to the engine's file: one thread writes, and idle connections are lent to readers.

use dynoxide::Database;
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

type Job = Box<dyn FnOnce(&Database) + Send>;

/// The lowest limit of long reads at the same time. Each long read has its own connection.
const FEWEST_LONG: usize = 4;
/// The highest limit of long reads, and of short reads. A machine with more processors needs no higher limit.
const MOST_READERS: usize = 16;

/// The connection that writes, on its own thread. A commit waits for the disk, and requests must not wait with it.
pub(super) struct Writer {
    database: Arc<Mutex<Database>>,
    jobs: Sender<Job>,
}

impl Writer {
    /// Starts the thread for the file at `path`. The thread ends when the writer is dropped.
    ///
    /// # Errors
    /// Gives the message of the engine, or of the failure to start a thread.
    pub(super) fn start(path: &str) -> Result<Self, String> {
        let open = |path: &str| Database::new(path).map_err(|error| error.to_string());
        let database = Arc::new(Mutex::new(open(path)?));
        let (jobs, queue) = channel::<Job>();
        let (path, shared) = (path.to_owned(), Arc::clone(&database));
        let work = move || {
            for job in queue {
                let current = lock(&shared).clone();
                let ended = catch_unwind(AssertUnwindSafe(|| job(&current)));
                // A panic poisons the engine's lock and may leave a transaction open. So the next job gets a new
                // connection.
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

    /// The connection that writes, for calls that wait on their own thread.
    pub(super) fn database(&self) -> Database {
        lock(&self.database).clone()
    }

    /// Runs `work` after the earlier jobs, unless the caller is cancelled before. `None` when `work` panics.
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

/// The connections that read. All are opened at the start, because opening a connection takes the file's write lock.
pub(super) struct Readers {
    path: String,
    idle: Mutex<Vec<Database>>,
    /// The permits for long reads. The other connections are for the threads that answer requests.
    long: Arc<Semaphore>,
}

impl Readers {
    /// Opens the file at `path`, once for each thread that answers requests and once for each long read.
    ///
    /// # Errors
    /// Gives the message of the engine.
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

    /// Waits until a long read may begin. The long read ends when the permit is dropped.
    pub(super) async fn begin_long(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.long).acquire_owned().await.ok()
    }

    /// Reads with an idle connection, or with the connection that writes when none is idle.
    pub(super) fn run<T>(&self, writer: &Writer, read: impl FnOnce(&Database) -> T) -> T {
        let Some(reader) = lock(&self.idle).pop() else { return read(&writer.database()) };
        let lent = Lent { readers: self, reader };
        read(&lent.reader)
    }
}

/// A connection that a read uses. The connection is idle again when the read ends.
struct Lent<'r> {
    readers: &'r Readers,
    reader: Database,
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        // A panic poisons the engine's lock, so a new connection takes the place of this one.
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
