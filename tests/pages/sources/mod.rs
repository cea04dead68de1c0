//! *Data sources*, as a browser sees it.

mod custom;
mod ignored;
mod preview;
mod switches;
