//! API tables in memory: what the calls of libraries do.

pub mod row;

pub use row::{By, Callback, Delivers, EventRow, Life, Often, Row, Sink, Table, TypeRow, What, Which};

/// All tables together.
#[derive(Debug, Default)]
pub struct Apis;

impl Apis {
    /// The tables that come with leaklint.
    #[must_use]
    pub fn built_in() -> &'static Self {
        &Self
    }
}
