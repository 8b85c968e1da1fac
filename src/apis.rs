//! API tables in memory: what the calls of libraries do.

pub mod row;

pub use row::{By, Callback, Delivers, EventRow, Life, Often, Row, Sink, Table, TypeRow, What, Which};
