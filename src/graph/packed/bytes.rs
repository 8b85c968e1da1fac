//! Numbers as bytes, and the numbers of which a graph consists.

use super::Broken;
use crate::graph::{BlockId, ClassId, FunctionId, Graph, Key, KeyKind, LoopId, Name, TypeId, ValueId};

pub struct Writer<'g> {
    pub bytes: Vec<u8>,
    /// Arguments of all calls.
    pub args: &'g [Option<ValueId>],
    /// The instruction at hand: distances are measured from it.
    pub here: usize,
    /// The function that was named last.
    pub function: usize,
}

impl<'g> Writer<'g> {
    pub fn new(graph: &'g Graph) -> Self {
        let bytes = Vec::with_capacity(graph.insts.len() * 6 + graph.blocks.len() * 4 + graph.names.len() * 12);
        Self { bytes, args: &graph.args, here: 0, function: 0 }
    }

    pub fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.bytes.push(low_bits(number) | 0x80);
            number >>= 7;
        }
        self.bytes.push(low_bits(number));
    }

    pub fn index(&mut self, index: usize) {
        self.number(index as u64);
    }

    /// A number that is as often below 0 as above.
    pub fn difference(&mut self, from: usize, to: usize) {
        match to.checked_sub(from) {
            Some(up) => self.number((up as u64) << 1),
            None => self.number(((from - to) as u64) << 1 | 1),
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "seven bits fit")]
const fn low_bits(number: u64) -> u8 {
    (number & 0x7f) as u8
}

/// How many things there are of each kind; known before what names them.
#[derive(Default, Clone, Copy)]
pub struct Counts {
    pub names: usize,
    pub insts: usize,
    pub blocks: usize,
    pub functions: usize,
    pub classes: usize,
    pub loops: usize,
    pub types: usize,
    pub targets: usize,
    pub params: usize,
}

pub struct Reader<'b> {
    rest: &'b [u8],
    pub here: usize,
    pub function: usize,
    pub counts: Counts,
    /// Arguments of all calls so far.
    pub args: Vec<Option<ValueId>>,
}

impl<'b> Reader<'b> {
    pub fn new(bytes: &'b [u8]) -> Self {
        Self { rest: bytes, here: 0, function: 0, counts: Counts::default(), args: Vec::new() }
    }

    pub fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    pub fn number(&mut self) -> Result<u64, Broken> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.rest.split_first().ok_or(Broken)?;
            self.rest = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(Broken)
    }

    pub fn small(&mut self) -> Result<u32, Broken> {
        u32::try_from(self.number()?).map_err(|_| Broken)
    }

    pub fn index(&mut self) -> Result<usize, Broken> {
        Ok(self.small()? as usize)
    }

    /// An index of one of `count` things.
    pub fn below(&mut self, count: usize) -> Result<usize, Broken> {
        Some(self.index()?).filter(|index| *index < count).ok_or(Broken)
    }

    /// How many things follow: each takes a byte at least, so that a lie costs no memory.
    pub fn count(&mut self) -> Result<usize, Broken> {
        Some(self.index()?).filter(|count| *count <= self.rest.len()).ok_or(Broken)
    }

    pub fn difference(&mut self, from: usize) -> Result<usize, Broken> {
        let number = self.number()?;
        let by = usize::try_from(number >> 1).map_err(|_| Broken)?;
        let to = if number & 1 == 0 { from.checked_add(by) } else { from.checked_sub(by) };
        to.filter(|to| u32::try_from(*to).is_ok()).ok_or(Broken)
    }

    pub fn take(&mut self, count: usize) -> Result<&'b [u8], Broken> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(Broken)?;
        self.rest = rest;
        Ok(taken)
    }
}

/// What can be written and read back on its own.
pub trait Field: Sized {
    fn write(self, writer: &mut Writer<'_>);
    fn read(reader: &mut Reader<'_>) -> Result<Self, Broken>;
}

impl Field for u32 {
    fn write(self, writer: &mut Writer<'_>) {
        writer.number(u64::from(self));
    }
    fn read(reader: &mut Reader<'_>) -> Result<Self, Broken> {
        reader.small()
    }
}

/// An instruction takes what stands before it.
impl Field for ValueId {
    fn write(self, writer: &mut Writer<'_>) {
        writer.index(writer.here - self.index());
    }
    fn read(reader: &mut Reader<'_>) -> Result<Self, Broken> {
        Option::<Self>::read(reader)?.ok_or(Broken)
    }
}

impl Field for Option<ValueId> {
    fn write(self, writer: &mut Writer<'_>) {
        writer.index(self.map_or(0, |value| writer.here - value.index()));
    }
    fn read(reader: &mut Reader<'_>) -> Result<Self, Broken> {
        match reader.index()? {
            0 => Ok(None),
            distance => Ok(Some(ValueId::at(reader.here.checked_sub(distance).ok_or(Broken)?))),
        }
    }
}

/// Most often the function that was named before.
impl Field for FunctionId {
    fn write(self, writer: &mut Writer<'_>) {
        writer.difference(writer.function, self.index());
        writer.function = self.index();
    }
    fn read(reader: &mut Reader<'_>) -> Result<Self, Broken> {
        let index = reader.difference(reader.function)?;
        reader.function = index;
        Some(Self::at(index)).filter(|_| index < reader.counts.functions).ok_or(Broken)
    }
}

macro_rules! indices {
    ($($id:ident in $count:ident),*) => {
        $(impl Field for $id {
            fn write(self, writer: &mut Writer<'_>) {
                writer.index(self.index());
            }
            fn read(reader: &mut Reader<'_>) -> Result<Self, Broken> {
                reader.below(reader.counts.$count).map(Self::at)
            }
        }
        impl Field for Option<$id> {
            fn write(self, writer: &mut Writer<'_>) {
                writer.index(self.map_or(0, |id| id.index() + 1));
            }
            fn read(reader: &mut Reader<'_>) -> Result<Self, Broken> {
                Ok(reader.below(reader.counts.$count + 1)?.checked_sub(1).map($id::at))
            }
        })*
    };
}

indices! { Name in names, BlockId in blocks, ClassId in classes, LoopId in loops, TypeId in types }

impl Field for Key {
    fn write(self, writer: &mut Writer<'_>) {
        match self.kind() {
            KeyKind::Name(name) => writer.index(name.index() << 2),
            KeyKind::Index(index) => writer.number(u64::from(index) << 2 | 1),
            KeyKind::Entry(None) => writer.number(2),
            KeyKind::Entry(Some(value)) => writer.index((writer.here - value.index()) << 2 | 3),
        }
    }
    fn read(reader: &mut Reader<'_>) -> Result<Self, Broken> {
        let number = reader.number()?;
        let index = usize::try_from(number >> 2).map_err(|_| Broken)?;
        match number & 3 {
            0 if index < reader.counts.names => Ok(Self::name(Name::at(index))),
            1 => Ok(Self::index(index)),
            2 => Ok(Self::ANY),
            3 if index > 0 => Ok(Self::entry(Some(ValueId::at(reader.here.checked_sub(index).ok_or(Broken)?)))),
            _ => Err(Broken),
        }
    }
}
