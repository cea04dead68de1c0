//! Peppers that a test rotates.

use super::{ORIGIN, TestApp, TestTenant};
use rollcall::app::App;
use rollcall::directory::access::pepper::{
    LoadError, PEPPER_TTL_SECS, PepperSource, Peppers, SAMPLE_PEPPER,
};
use secrecy::SecretString;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use time::Duration;

/// The pepper after the first rotation of a test.
pub const SECOND: &str = "the second pepper of a test, long enough";
/// The pepper after the second rotation of a test.
pub const THIRD: &str = "the third pepper of a test, long enough!";

/// A pepper that a test rotates. Reads fail while it is down.
#[derive(Clone)]
pub struct Rotating {
    peppers: Arc<Mutex<Peppers>>,
    is_down: Arc<AtomicBool>,
}

impl Rotating {
    /// Starts with the pepper of all tests.
    pub fn new() -> Self {
        let peppers = Peppers { current: SecretString::from(SAMPLE_PEPPER), previous: None };
        Self { peppers: Arc::new(Mutex::new(peppers)), is_down: Arc::default() }
    }

    /// Makes another pepper the current one. The one before the current one is lost.
    pub fn rotate(&self, to: &str) {
        let mut peppers = self.peppers.lock().unwrap();
        let current = SecretString::from(to);
        let previous = std::mem::replace(&mut peppers.current, current);
        peppers.previous = Some(previous);
    }

    /// Lets reads fail, or succeed again.
    pub fn set_down(&self, is_down: bool) {
        self.is_down.store(is_down, Ordering::SeqCst);
    }

    fn read(&self) -> Result<Peppers, LoadError> {
        match self.is_down.load(Ordering::SeqCst) {
            true => Err(LoadError::Read("down".into())),
            false => Ok(self.peppers.lock().unwrap().clone()),
        }
    }
}

/// A tenant whose server sees rotations of the pepper.
pub async fn tenant() -> (TestTenant, Rotating) {
    let tenant = TestApp::new().await.tenant("acme").await;
    let peppers = Rotating::new();
    (at_server(&tenant, &peppers), peppers)
}

/// The tenant at another server, which has not read the pepper yet.
pub fn at_server(tenant: &TestTenant, peppers: &Rotating) -> TestTenant {
    let read = peppers.clone();
    let source = PepperSource::new(move || std::future::ready(read.read()));
    let app = App::new(tenant.app.store.clone(), source, tenant.app.sources(), ORIGIN);
    tenant.at(tenant.app.serving(app))
}

/// Rotates the pepper, and lets the server read it.
pub fn rotate(tenant: &TestTenant, peppers: &Rotating, to: &str) {
    peppers.rotate(to);
    tenant.app.advance(Duration::seconds(PEPPER_TTL_SECS));
}
