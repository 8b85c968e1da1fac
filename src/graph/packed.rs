//! A graph as bytes: what is kept of every file of a run, and what the cache holds.

use super::Graph;

/// A graph that takes about a quarter of the memory; [`Packed::unpack`] gives it back as it was.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Packed(Box<[u8]>);

impl Packed {
    /// # Errors
    /// Never with the types that a graph has; the writer could fail.
    pub fn of(graph: &Graph) -> Result<Self, postcard::Error> {
        Ok(Self(postcard::to_stdvec(graph)?.into_boxed_slice()))
    }

    /// # Errors
    /// When the bytes are those of no graph: a cache that was changed.
    pub fn unpack(&self) -> Result<Graph, postcard::Error> {
        postcard::from_bytes(&self.0)
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
