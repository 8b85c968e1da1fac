//! One file of the cache: a list of entries behind a stamp, with a checksum at the end.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use rustc_hash::FxHashMap;
use xxhash_rust::xxh3::xxh3_64;

use super::Key;
use crate::facts::FileFacts;
use crate::source;

/// The first bytes of every file.
const MAGIC: &[u8; 16] = b"leaklint facts 1";

/// Bytes before the list of entries: magic, stamp, number of entries.
const HEAD: usize = 16 + 8 + 4;

/// Bytes of one entry in the list: key, age, length of its facts.
const ROW: usize = 16 + 1 + 4;

/// Bytes of the checksum at the end.
const TAIL: usize = 8;

/// Bytes that a file may have.
const MOST_BYTES: u64 = 1 << 30;

/// How many times a file is written anew before an entry goes that no run asked for: runs over parts of a project, and
/// branches that come and go, find theirs again.
const OLDEST: u8 = 8;

/// The facts of one file, encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub key: Key,
    /// How many times it was written without being asked for.
    pub age: u8,
    pub bytes: Vec<u8>,
}

/// Why a file that is there cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unusable {
    /// Not what was written, or not written by us.
    Damaged,
    /// Written by another program.
    Outdated,
}

/// A file as it was read.
#[derive(Debug, Default)]
pub struct Pack {
    bytes: Vec<u8>,
    entries: FxHashMap<Key, Place>,
    pub unusable: Option<Unusable>,
}

#[derive(Debug)]
struct Place {
    age: u8,
    start: usize,
    end: usize,
    asked: AtomicBool,
}

impl Pack {
    /// Reads a file. One that is missing or cannot be used has no entries.
    #[must_use]
    pub fn load(file: &Path, stamp: u64) -> Self {
        let Ok(bytes) = source::read(file, MOST_BYTES) else { return Self::default() };
        match entries(&bytes, stamp) {
            Ok(entries) => Self { bytes, entries, unusable: None },
            Err(unusable) => Self { unusable: Some(unusable), ..Self::default() },
        }
    }

    /// The facts under a key, encoded.
    #[must_use]
    pub fn get(&self, key: Key) -> Option<&[u8]> {
        let place = self.entries.get(&key)?;
        place.asked.store(true, Ordering::Relaxed);
        self.bytes.get(place.start..place.end)
    }

    /// The entries that are worth writing again.
    #[must_use]
    pub fn kept(&self) -> Vec<Entry> {
        let entries = self.entries.iter().map(|(key, place)| {
            let age = if place.asked.load(Ordering::Relaxed) { 0 } else { place.age.saturating_add(1) };
            Entry { key: *key, age, bytes: self.bytes[place.start..place.end].to_vec() }
        });
        entries.filter(|entry| entry.age <= OLDEST).collect()
    }
}

/// Finds the entries of a file.
fn entries(bytes: &[u8], stamp: u64) -> Result<FxHashMap<Key, Place>, Unusable> {
    let whole = bytes.len().checked_sub(TAIL).ok_or(Unusable::Damaged)?;
    let (content, sum) = bytes.split_at(whole);
    if !content.starts_with(MAGIC) || sum != xxh3_64(content).to_le_bytes() {
        return Err(Unusable::Damaged);
    }
    let mut rest = &content[MAGIC.len()..];
    if u64::from_le_bytes(take(&mut rest)?) != stamp {
        return Err(Unusable::Outdated);
    }
    let count = u32::from_le_bytes(take(&mut rest)?) as usize;
    let mut found = FxHashMap::default();
    let mut start = HEAD + count.checked_mul(ROW).ok_or(Unusable::Damaged)?;
    for _ in 0..count {
        let key = Key::from_le_bytes(take(&mut rest)?);
        let [age] = take(&mut rest)?;
        let end = start + u32::from_le_bytes(take(&mut rest)?) as usize;
        if end > whole {
            return Err(Unusable::Damaged);
        }
        found.insert(key, Place { age, start, end, asked: AtomicBool::new(false) });
        start = end;
    }
    Ok(found)
}

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], Unusable> {
    let (first, behind) = rest.split_first_chunk::<N>().ok_or(Unusable::Damaged)?;
    *rest = behind;
    Ok(*first)
}

/// Writes a file beside its place and then puts it there: whoever reads sees the old one or the new one, whole.
///
/// # Errors
/// What the operating system says; the old file then stays.
pub fn write(file: &Path, stamp: u64, mut entries: Vec<Entry>) -> io::Result<()> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    entries.sort_by_key(|entry| entry.key);
    entries.dedup_by_key(|entry| entry.key);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let beside = file.with_extension(format!("{}-{number}.tmp", std::process::id()));
    let written = create(&beside, &content(stamp, &entries)).and_then(|()| std::fs::rename(&beside, file));
    if written.is_err() {
        // Half a file is of no use to anybody; when it cannot be removed either, the first error says why.
        let _ = std::fs::remove_file(&beside);
    }
    written
}

/// Makes a file that is not there yet: a link or a pipe of this name is not followed.
///
/// # Errors
/// What the operating system says, also when there is something of this name.
pub fn create(file: &Path, bytes: &[u8]) -> io::Result<()> {
    OpenOptions::new().write(true).create_new(true).open(file)?.write_all(bytes)
}

fn content(stamp: u64, entries: &[Entry]) -> Vec<u8> {
    let size: usize = entries.iter().map(|entry| ROW + entry.bytes.len()).sum();
    let mut out = Vec::with_capacity(HEAD + size + TAIL);
    out.extend_from_slice(MAGIC);
    out.extend_from_slice(&stamp.to_le_bytes());
    out.extend_from_slice(&length(entries.len()).to_le_bytes());
    for entry in entries {
        out.extend_from_slice(&entry.key.to_le_bytes());
        out.push(entry.age);
        out.extend_from_slice(&length(entry.bytes.len()).to_le_bytes());
    }
    for entry in entries {
        out.extend_from_slice(&entry.bytes);
    }
    let sum = xxh3_64(&out).to_le_bytes();
    out.extend_from_slice(&sum);
    out
}

/// Facts are smaller than what they are read from, and that is far below 4 GiB.
fn length(number: usize) -> u32 {
    crate::source::lines::small(number)
}

/// The facts of all blocks of a file; `None` when they cannot be written. Most files have nothing to tell: theirs are empty.
#[must_use]
pub fn encode(units: &[FileFacts]) -> Option<Vec<u8>> {
    let nothing = postcard::to_allocvec(&FileFacts::default()).ok()?;
    let mut out = Vec::new();
    for unit in units {
        let bytes = postcard::to_allocvec(unit).ok()?;
        let bytes = if bytes == nothing { &[] } else { bytes.as_slice() };
        out.extend_from_slice(&length(bytes.len()).to_le_bytes());
        out.extend_from_slice(bytes);
    }
    Some(out)
}

/// The reverse of [`encode`]; `None` when the bytes are none of ours.
#[must_use]
pub fn decode(bytes: &[u8]) -> Option<Vec<FileFacts>> {
    let mut units = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let size = u32::from_le_bytes(take(&mut rest).ok()?) as usize;
        let (unit, behind) = rest.split_at_checked(size)?;
        units.push(if unit.is_empty() { FileFacts::default() } else { postcard::from_bytes(unit).ok()? });
        rest = behind;
    }
    Some(units)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Vec<u8> {
        let entry = |key, bytes: &[u8]| Entry { key, age: 3, bytes: bytes.to_vec() };
        content(7, &[entry(1, b"one"), entry(2, b""), entry(u128::MAX, b"three")])
    }

    #[test]
    fn what_is_written_is_read() {
        let bytes = sample();
        let entries = entries(&bytes, 7).unwrap();
        let pack = Pack { bytes, entries, unusable: None };
        assert_eq!(pack.get(1), Some(b"one".as_slice()));
        assert_eq!(pack.get(2), Some(b"".as_slice()));
        assert_eq!(pack.get(u128::MAX), Some(b"three".as_slice()));
        assert_eq!(pack.get(3), None);
        let mut ages: Vec<_> = pack.kept().into_iter().map(|entry| (entry.key, entry.age)).collect();
        ages.sort_unstable();
        assert_eq!(ages, [(1, 0), (2, 0), (u128::MAX, 0)]);
    }

    #[test]
    fn every_damage_is_seen() {
        let whole = sample();
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x40;
            assert_eq!(entries(&bytes, 7).unwrap_err(), Unusable::Damaged, "byte {at}");
            assert_eq!(entries(&whole[..at], 7).unwrap_err(), Unusable::Damaged, "cut at {at}");
        }
        assert_eq!(entries(&whole, 8).unwrap_err(), Unusable::Outdated);
    }

    #[test]
    fn entries_that_nobody_asks_for_go() {
        let entry = |age| Entry { key: u128::from(age), age, bytes: Vec::new() };
        let bytes = content(7, &[entry(0), entry(OLDEST)]);
        let entries = entries(&bytes, 7).unwrap();
        let pack = Pack { bytes, entries, unusable: None };
        assert_eq!(pack.kept(), [Entry { age: 1, ..entry(0) }]);
    }

    #[test]
    fn files_with_nothing_to_tell_cost_nothing() {
        assert_eq!(encode(&[FileFacts::default()]).unwrap(), [0; 4]);
        assert_eq!(decode(&[0; 8]).unwrap().len(), 2);
        assert_eq!(decode(&[]).unwrap().len(), 0);
        assert!(decode(&[9, 0, 0, 0, 1]).is_none());
    }
}
