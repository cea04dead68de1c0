//! The embedded DynamoDB engine: one SQLite file in the data folder, or memory, called in process.

mod convert;
mod definition;
mod engine;
mod handles;
mod table;
mod wire;

pub use engine::Engine;
pub use table::EmbeddedTable;
