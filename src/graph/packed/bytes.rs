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
    /// The name after the last of those that were written.
    pub name: usize,
    /// The value that was named last by what is no instruction.
    pub value: usize,
}

impl<'g> Writer<'g> {
    /// Writes into `bytes`, whatever was in there.
    pub fn new(graph: &'g Graph, mut bytes: Vec<u8>) -> Self {
        bytes.clear();
        Self { bytes, args: &graph.args, here: 0, function: 0, name: 0, value: 0 }
    }

    /// A value, from outside of the instructions; most often one near to that before.
    pub fn value(&mut self, value: ValueId) {
        self.number(signed(self.value, value.index()) + 1);
        self.value = value.index();
    }

    pub fn value_or_none(&mut self, value: Option<ValueId>) {
        match value {
            Some(value) => self.value(value),
            None => self.number(0),
        }
    }

    #[inline]
    pub fn number(&mut self, number: u64) {
        if number < 0x80 {
            self.bytes.push(low_bits(number));
        } else {
            self.long_number(number);
        }
    }

    fn long_number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.bytes.push(low_bits(number) | 0x80);
            number >>= 7;
        }
        self.bytes.push(low_bits(number));
    }

    #[inline]
    pub fn index(&mut self, index: usize) {
        self.number(index as u64);
    }

    /// A number that is as often below 0 as above.
    #[inline]
    pub fn difference(&mut self, from: usize, to: usize) {
        self.number(signed(from, to));
    }
}

/// 0, -1, 1, -2, 2 .. as 0, 1, 2, 3, 4 ..
#[inline]
const fn signed(from: usize, to: usize) -> u64 {
    let difference = (to as u64).wrapping_sub(from as u64);
    difference << 1 ^ if to < from { u64::MAX } else { 0 }
}

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
    pub name: usize,
    pub value: usize,
    pub counts: Counts,
    /// Arguments of all calls so far.
    pub args: Vec<Option<ValueId>>,
}

impl<'b> Reader<'b> {
    pub fn new(bytes: &'b [u8]) -> Self {
        Self { rest: bytes, here: 0, function: 0, name: 0, value: 0, counts: Counts::default(), args: Vec::new() }
    }

    pub fn value(&mut self) -> Result<ValueId, Broken> {
        self.value_or_none()?.ok_or(Broken)
    }

    pub fn value_or_none(&mut self) -> Result<Option<ValueId>, Broken> {
        let Some(number) = self.number()?.checked_sub(1) else { return Ok(None) };
        self.value = moved(self.value, number)?;
        if self.value < self.counts.insts { Ok(Some(ValueId::at(self.value))) } else { Err(Broken) }
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
        moved(from, number)
    }

    pub fn take(&mut self, count: usize) -> Result<&'b [u8], Broken> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(Broken)?;
        self.rest = rest;
        Ok(taken)
    }
}

/// Undoes [`signed`].
fn moved(from: usize, number: u64) -> Result<usize, Broken> {
    let by = usize::try_from(number >> 1).map_err(|_| Broken)?;
    let to = if number & 1 == 0 { from.checked_add(by) } else { from.checked_sub(by).and_then(|to| to.checked_sub(1)) };
    to.filter(|to| u32::try_from(*to).is_ok()).ok_or(Broken)
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
    #[inline]
    fn write(self, writer: &mut Writer<'_>) {
        writer.index(writer.here - self.index());
    }
    fn read(reader: &mut Reader<'_>) -> Result<Self, Broken> {
        Option::<Self>::read(reader)?.ok_or(Broken)
    }
}

impl Field for Option<ValueId> {
    #[inline]
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

indices! { BlockId in blocks, ClassId in classes, LoopId in loops, TypeId in types }

/// Names have numbers in the order in which they come up: most are new, or not long ago.
impl Field for Name {
    fn write(self, writer: &mut Writer<'_>) {
        let code = self.recency(&mut writer.name);
        writer.index(code);
    }
    fn read(reader: &mut Reader<'_>) -> Result<Self, Broken> {
        let code = reader.index()?;
        Self::from_recency(code, reader)
    }
}

impl Field for Option<Name> {
    fn write(self, writer: &mut Writer<'_>) {
        let code = self.map_or(0, |name| name.recency(&mut writer.name) + 1);
        writer.index(code);
    }
    fn read(reader: &mut Reader<'_>) -> Result<Self, Broken> {
        let code = reader.index()?.checked_sub(1);
        code.map(|code| Name::from_recency(code, reader)).transpose()
    }
}

impl Name {
    /// How many names lie between this one and the next new one; its own number where it is later than that.
    fn recency(self, next: &mut usize) -> usize {
        let index = self.index();
        let code = next.checked_sub(index).unwrap_or(index);
        *next = (*next).max(index + 1);
        code
    }

    fn from_recency(code: usize, reader: &mut Reader<'_>) -> Result<Self, Broken> {
        let index = reader.name.checked_sub(code).unwrap_or(code);
        reader.name = reader.name.max(index + 1);
        Some(Self::at(index)).filter(|_| index < reader.counts.names).ok_or(Broken)
    }
}

impl Field for Key {
    fn write(self, writer: &mut Writer<'_>) {
        match self.kind() {
            KeyKind::Name(name) => {
                let code = name.recency(&mut writer.name);
                writer.index(code << 1);
            }
            KeyKind::Index(index) => writer.number(u64::from(index) << 2 | 1),
            KeyKind::Entry(value) => writer.index(value.map_or(0, |value| writer.here - value.index()) << 2 | 3),
        }
    }
    fn read(reader: &mut Reader<'_>) -> Result<Self, Broken> {
        let number = reader.index()?;
        match number & 3 {
            0 | 2 => Name::from_recency(number >> 1, reader).map(Self::name),
            1 => Ok(Self::index(number >> 2)),
            _ => {
                let value = |distance| reader.here.checked_sub(distance).map(ValueId::at).ok_or(Broken);
                let distance = Some(number >> 2).filter(|distance| *distance > 0);
                Ok(Self::entry(distance.map(value).transpose()?))
            }
        }
    }
}
