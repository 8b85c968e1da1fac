//! Collections of a file by where they are and who fills them: which one is an entry of which, which ones are twins.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use crate::facts::{Container, Does, FunctionId, Key, Op, Place, PlaceId, Step};
use crate::program::Unit;

/// Collections that one function fills side by side, as far as they are compared with each other.
const MOST_TWINS: usize = 64;

/// Indexes of the collections of a file.
#[derive(Debug, Default)]
pub struct ByPlace {
    at: FxHashMap<Place, SmallVec<[usize; 1]>>,
    /// Operations that look an entry up, by the collection and the key.
    reads: FxHashMap<(PlaceId, String), Vec<usize>>,
    /// By the function in whose activation they grow.
    grown_by: FxHashMap<FunctionId, Vec<usize>>,
}

impl Unit {
    fn by_place(&self) -> &ByPlace {
        self.by_place.get_or_init(|| {
            let mut found = ByPlace::default();
            for (index, container) in self.facts.containers.iter().enumerate() {
                found.at.entry(self.place(container.place).clone()).or_default().push(index);
                for (nth, op) in container.ops.iter().enumerate().filter(|(_, op)| op.does.is_read()) {
                    if let Some(key) = &op.key {
                        found.reads.entry((container.place, key.text.clone())).or_default().push(nth);
                    }
                }
                for op in container.ops.iter().filter(|op| op.does == Does::Grow) {
                    let filled = found.grown_by.entry(self.frame(op.function)).or_default();
                    if filled.last() != Some(&index) {
                        filled.push(index);
                    }
                }
            }
            found
        })
    }

    /// The collections that this one is an entry of: `rooms` for `rooms[id]`.
    pub(super) fn holders(&self, container: &Container) -> Vec<&Container> {
        let place = self.place(container.place);
        if place.path.last() != Some(&Step::Entry) {
            return Vec::new();
        }
        let outer = |length| Place { root: place.root.clone(), path: place.path[..length].to_vec() };
        let holders = (0..place.path.len()).filter_map(|length| self.by_place().at.get(&outer(length)));
        holders.flatten().map(|index| &self.facts.containers[*index]).collect()
    }

    /// The operations that look up an entry of a collection by this key.
    pub(super) fn reads_of_key<'u>(&'u self, container: &'u Container, key: &Key) -> impl Iterator<Item = &'u Op> {
        let reads = self.by_place().reads.get(&(container.place, key.text.clone()));
        reads.into_iter().flatten().map(|nth| &container.ops[*nth])
    }

    /// Collections that grow in the activation of this function.
    pub(super) fn grown_by(&self, frame: FunctionId) -> impl Iterator<Item = &Container> {
        let filled = self.by_place().grown_by.get(&frame).map_or(&[][..], Vec::as_slice);
        filled.iter().take(MOST_TWINS).map(|index| &self.facts.containers[*index])
    }
}
