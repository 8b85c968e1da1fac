//! A graph as bytes: what is kept of every file of a run, and what the cache holds.
//!
//! Numbers take one byte for each seven bits. An operand is written as its distance from the instruction that takes it, a
//! position as the difference from the one before, and what has few values goes into the byte that says which instruction
//! it is. Reading checks every number, so whatever the bytes are, the graph that comes out can be asked.

mod bytes;
mod ops;
mod parts;

use std::cell::RefCell;

use super::Graph;
use bytes::{Reader, Writer};

/// A larger buffer is given back.
const KEPT_BUFFER: usize = 1 << 20;

thread_local! {
    /// Written into, and copied from: a graph that is kept takes no byte more than it needs.
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// A graph that takes about a quarter of the memory; [`Packed::unpack`] gives it back as it was.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Packed(Box<[u8]>);

/// The bytes are those of no graph: a cache that was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken;

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("not the bytes of a graph")
    }
}

impl std::error::Error for Broken {}

impl Packed {
    #[must_use]
    pub fn of(graph: &Graph) -> Self {
        BUFFER.with_borrow_mut(|buffer| {
            let mut writer = Writer::new(graph, std::mem::take(buffer));
            parts::write(graph, &mut writer);
            let packed = Self(writer.bytes.as_slice().into());
            if writer.bytes.capacity() < KEPT_BUFFER {
                *buffer = writer.bytes;
            }
            packed
        })
    }

    /// Whatever bytes; they are looked at when they are unpacked.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }

    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// # Errors
    /// When the bytes are those of no graph.
    pub fn unpack(&self) -> Result<Graph, Broken> {
        let mut reader = Reader::new(&self.0);
        let graph = parts::read(&mut reader)?;
        if reader.is_at_end() { Ok(graph) } else { Err(Broken) }
    }

    /// Bytes that it takes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
