//! Instructions as bytes. One number says which it is, and what of it has few values.

use super::Broken;
use super::bytes::{Field, Reader, Writer};
use crate::graph::{
    CallKind, ClassId, Constant, Double, ElementKind, FunctionId, FunctionKind, ImportKind, Inst, JoinKind, Key, List,
    LoopKind, Name, Op, Operator, SymbolKind, TypeId, ValueId,
};

/// What has few values.
pub trait Few: Sized {
    const COUNT: u64;
    fn number(self) -> u64;
    fn of(number: u64) -> Result<Self, Broken>;
}

macro_rules! few {
    ($($kind:ident { $($value:ident),* $(,)? })*) => {
        $(impl Few for $kind {
            const COUNT: u64 = [$($kind::$value),*].len() as u64;
            fn number(self) -> u64 {
                self as u64
            }
            fn of(number: u64) -> Result<Self, Broken> {
                const ALL: &[$kind] = &[$($kind::$value),*];
                usize::try_from(number).ok().and_then(|index| ALL.get(index)).copied().ok_or(Broken)
            }
        })*
    };
}

few! {
    SymbolKind { Const, Let, Var, Parameter, Function, Class, Import, Caught, Enum, Namespace, Type }
    ImportKind { Static, TypeOnly, Require, Dynamic, ReExport }
    Constant { True, False, Null, Regex, BigInt, Meta }
    JoinKind { And, Or, Coalesce, Choice, Default }
    CallKind { Call, New, Tagged, Jsx, Decorator, Super }
    ElementKind { Of, In, AwaitOf }
    Operator {
        Equal, Unequal, Less, More, Add, Remainder, Arithmetic, In, InstanceOf, Not, TypeOf, Unary, Update, Template
    }
    LoopKind { Of, AwaitOf, In, While, Forever }
    FunctionKind { Module, Function, Arrow, Method, Getter, Setter, Constructor, Initialiser }
}

/// Several of them in one number; the last is taken out first.
struct Digits(u64);

impl Digits {
    fn last<F: Few>(&mut self) -> Result<F, Broken> {
        let digit = self.0 % F::COUNT;
        self.0 /= F::COUNT;
        F::of(digit)
    }
}

impl Few for bool {
    const COUNT: u64 = 2;
    fn number(self) -> u64 {
        u64::from(self)
    }
    fn of(number: u64) -> Result<Self, Broken> {
        Ok(number != 0)
    }
}

/// The list of instructions: in brackets what has few values, in braces what is written after it.
macro_rules! ops {
    ($($op:ident [$($few:ident: $kind:ident),*] { $($field:ident: $ty:ty),* })*) => {
        #[derive(Clone, Copy)]
        enum Tag {
            $($op),*
        }

        /// How many first bytes each instruction has.
        const VARIANTS: &[u64] = &[$(1 $(* $kind::COUNT)*),*];

        fn write_op(op: Op, writer: &mut Writer<'_>) {
            match op {
                $(Op::$op { $($few,)* $($field,)* } => {
                    #[allow(unused_mut, reason = "most have none")]
                    let mut number = 0;
                    $(number = number * $kind::COUNT + $few.number();)*
                    writer.bytes.push(FIRST[Tag::$op as usize] + low_byte(number));
                    $(Field::write($field, writer);)*
                })*
            }
        }

        fn read_op(reader: &mut Reader<'_>) -> Result<Op, Broken> {
            let byte = reader.take(1)?[0];
            let tag = TAGS[byte as usize];
            let first = FIRST.get(tag as usize).ok_or(Broken)?;
            #[allow(unused_mut, reason = "most have none")]
            let mut few = Digits(u64::from(byte - first));
            $(if tag == Tag::$op as u8 {
                return ops!(@read reader, few, $op, [$($few: $kind),*], { $($field: $ty),* });
            })*
            Err(Broken)
        }
    };
    // What has few values comes out in the order in which it did not go in.
    (@read $reader:ident, $few:ident, $op:ident, [], { $($field:ident: $ty:ty),* }) => {
        Ok(Op::$op { $($field: <$ty>::read($reader)?),* })
    };
    (@read $reader:ident, $few:ident, $op:ident, [$a:ident: $ka:ident], { $($field:ident: $ty:ty),* }) => {{
        let $a = $few.last()?;
        Ok(Op::$op { $a, $($field: <$ty>::read($reader)?),* })
    }};
    (@read $reader:ident, $few:ident, $op:ident, [$a:ident: $ka:ident, $b:ident: $kb:ident, $c:ident: $kc:ident], { $($field:ident: $ty:ty),* }) => {{
        let $c = $few.last()?;
        let $b = $few.last()?;
        let $a = $few.last()?;
        Ok(Op::$op { $a, $b, $c, $($field: <$ty>::read($reader)?),* })
    }};
}

ops! {
    Symbol [kind: SymbolKind] { name: Name, function: FunctionId }
    Global [] { name: Name }
    Import [how: ImportKind] { module: Name, key: Key }
    This [] { function: FunctionId }
    Instance [] { class: ClassId }
    Super [] { this: ValueId }
    Arguments [] { function: FunctionId }
    Param [] { function: FunctionId, index: u32 }
    Text [] { value: Option<Name> }
    Number [] { value: Double }
    Constant [value: Constant] { }
    Closure [] { function: FunctionId }
    Class [] { class: ClassId }
    Object [] { }
    Array [plain: bool] { length: u32 }
    Load [optional: bool] { object: Option<ValueId>, key: Key }
    Store [] { object: Option<ValueId>, key: Key, value: ValueId }
    Accessor [setter: bool] { object: ValueId, key: Key, function: ValueId }
    Delete [] { object: Option<ValueId>, key: Key }
    Copy [init: bool] { from: ValueId, to: ValueId }
    Join [how: JoinKind] { left: Option<ValueId>, right: Option<ValueId> }
    Operate [operator: Operator] { left: Option<ValueId>, right: Option<ValueId> }
    Call [how: CallKind, optional: bool, spreads: bool] { callee: Option<ValueId>, args: List }
    Spread [] { from: ValueId, into: ValueId }
    Element [how: ElementKind] { of: Option<ValueId> }
    Await [] { value: Option<ValueId> }
    Yield [delegate: bool] { value: Option<ValueId> }
    Return [] { value: Option<ValueId> }
    Throw [] { value: Option<ValueId> }
    Caught [] { }
    Export [] { value: Option<ValueId>, key: Key }
    Typed [] { value: ValueId, ty: TypeId }
    Using [awaits: bool] { symbol: ValueId }
}

/// No instruction begins with it.
const NONE: u8 = u8::MAX;

/// The first byte of each instruction.
const FIRST: [u8; VARIANTS.len()] = {
    let mut first = [0; VARIANTS.len()];
    let (mut tag, mut next) = (0, 0);
    while tag < VARIANTS.len() {
        first[tag] = low_byte(next);
        next += VARIANTS[tag];
        tag += 1;
    }
    assert!(next <= 256, "all instructions fit into one byte");
    first
};

/// The instruction that begins with a byte.
const TAGS: [u8; 256] = {
    let mut tags = [NONE; 256];
    let mut tag = 0;
    while tag < VARIANTS.len() {
        let mut variant = 0;
        while variant < VARIANTS[tag] {
            tags[(FIRST[tag] + low_byte(variant)) as usize] = low_byte(tag as u64);
            variant += 1;
        }
        tag += 1;
    }
    tags
};

#[expect(clippy::cast_possible_truncation, reason = "all instructions fit into one byte")]
const fn low_byte(number: u64) -> u8 {
    number as u8
}

pub fn write(insts: &[Inst], writer: &mut Writer<'_>) {
    let mut before = 0;
    for (index, inst) in insts.iter().enumerate() {
        writer.here = index;
        write_op(inst.op, writer);
        writer.difference(before, inst.at as usize);
        before = inst.at as usize;
    }
    writer.here = insts.len();
}

pub fn read(reader: &mut Reader<'_>) -> Result<Vec<Inst>, Broken> {
    let mut before = 0;
    let mut insts = Vec::with_capacity(reader.counts.insts);
    for index in 0..reader.counts.insts {
        reader.here = index;
        let op = read_op(reader)?;
        before = reader.difference(before)?;
        insts.push(Inst { op, at: u32::try_from(before).map_err(|_| Broken)? });
    }
    reader.here = insts.len();
    Ok(insts)
}

/// Most numbers are whole and not large.
impl Field for Double {
    fn write(self, writer: &mut Writer<'_>) {
        let number = self.get();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "compared afterwards")]
        let whole = number as u32;
        if Self::of(f64::from(whole)) == self {
            writer.number(u64::from(whole) << 1);
        } else {
            writer.number(1);
            writer.bytes.extend_from_slice(&number.to_le_bytes());
        }
    }
    fn read(reader: &mut Reader<'_>) -> Result<Self, Broken> {
        match reader.number()? {
            1 => {
                let bytes = reader.take(8)?.try_into().map_err(|_| Broken)?;
                Ok(Self::of(f64::from_le_bytes(bytes)))
            }
            number if number & 1 == 0 => {
                let whole = u32::try_from(number >> 1).map_err(|_| Broken)?;
                Ok(Self::of(f64::from(whole)))
            }
            _ => Err(Broken),
        }
    }
}

/// The arguments of a call are written with it.
impl Field for List {
    fn write(self, writer: &mut Writer<'_>) {
        let args = &writer.args[self.start as usize..(self.start + self.count) as usize];
        writer.index(args.len());
        for arg in args {
            arg.write(writer);
        }
    }
    fn read(reader: &mut Reader<'_>) -> Result<Self, Broken> {
        let (start, count) = (reader.args.len(), reader.count()?);
        for _ in 0..count {
            let arg = Option::<ValueId>::read(reader)?;
            reader.args.push(arg);
        }
        let small = |index| u32::try_from(index).map_err(|_| Broken);
        Ok(Self { start: small(start)?, count: small(count)? })
    }
}
