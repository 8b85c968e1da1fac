//! Who takes a value: the edges of a file, by the value that they begin at.

use crate::graph::{CallKind, ClassId, ElementKind, FunctionId, Graph, Op, ValueId};

use super::words::{Word, of_key};

/// One thing that is done with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use<V = ValueId> {
    /// It goes into another value, or that one came into it.
    CopyTo(V),
    CopyFrom(V),
    /// A field of it is read; the value that was read.
    Read(V, Word),
    /// A field of it is written; the value written.
    Written(V, Word),
    /// It is written into a field of another.
    StoredIn(V, Word),
    /// A getter or setter of it; it is a getter or setter of another.
    Accessor(V, Word, bool),
    AccessorOf(V, Word, bool),
    /// Its fields go into another, or those of another into it.
    SpreadInto(V),
    SpreadFrom(V),
    /// An entry of it is taken out by a loop.
    Element(V),
    /// It is what a call calls, the object of a method that it calls, an argument.
    Callee(V),
    Receiver(V),
    Argument(V, u32),
    /// A function gives it back, or throws it.
    Returned(FunctionId),
    Thrown,
    /// A class extends it.
    Heritage(ClassId),
    /// It is waited for.
    Awaited(V),
    Exported(Word),
}

impl<V> Use<V> {
    /// The same with values of another numbering.
    pub fn map<W>(self, to: impl Fn(V) -> W) -> Use<W> {
        match self {
            Self::CopyTo(v) => Use::CopyTo(to(v)),
            Self::CopyFrom(v) => Use::CopyFrom(to(v)),
            Self::Read(v, word) => Use::Read(to(v), word),
            Self::Written(v, word) => Use::Written(to(v), word),
            Self::StoredIn(v, word) => Use::StoredIn(to(v), word),
            Self::Accessor(v, word, setter) => Use::Accessor(to(v), word, setter),
            Self::AccessorOf(v, word, setter) => Use::AccessorOf(to(v), word, setter),
            Self::SpreadInto(v) => Use::SpreadInto(to(v)),
            Self::SpreadFrom(v) => Use::SpreadFrom(to(v)),
            Self::Element(v) => Use::Element(to(v)),
            Self::Callee(v) => Use::Callee(to(v)),
            Self::Receiver(v) => Use::Receiver(to(v)),
            Self::Argument(v, index) => Use::Argument(to(v), index),
            Self::Returned(function) => Use::Returned(function),
            Self::Thrown => Use::Thrown,
            Self::Heritage(class) => Use::Heritage(class),
            Self::Awaited(v) => Use::Awaited(to(v)),
            Self::Exported(word) => Use::Exported(word),
        }
    }
}

/// The uses of all values of a file, in one array.
#[derive(Debug, Default)]
pub struct Uses {
    /// For each value, where its uses begin.
    starts: Vec<u32>,
    all: Vec<Use>,
}

impl Uses {
    /// `words` are those of the names of the file.
    #[must_use]
    pub fn of(graph: &Graph, words: &[Word]) -> Self {
        let mut pairs = Vec::with_capacity(graph.insts.len() * 2);
        let mut add = |of: Option<ValueId>, used: Use| {
            if let Some(of) = of {
                pairs.push((of, used));
            }
        };
        for (at, op) in graph.iter() {
            edges(graph, (at, op), words, &mut add);
        }
        for (index, class) in graph.classes.iter().enumerate() {
            add(class.heritage, Use::Heritage(ClassId::at(index)));
        }
        Self::sorted(graph.insts.len(), &pairs)
    }

    /// A counting sort by value, which keeps the order of the text.
    fn sorted(size: usize, pairs: &[(ValueId, Use)]) -> Self {
        let mut starts = vec![0_u32; size + 1];
        for (of, _) in pairs {
            starts[of.index() + 1] += 1;
        }
        for index in 0..size {
            starts[index + 1] += starts[index];
        }
        let mut next = starts.clone();
        let mut all = vec![Use::Thrown; pairs.len()];
        for (of, used) in pairs {
            let place = &mut next[of.index()];
            all[*place as usize] = *used;
            *place += 1;
        }
        Self { starts, all }
    }

    #[must_use]
    pub fn of_value(&self, value: ValueId) -> &[Use] {
        &self.all[self.starts[value.index()] as usize..self.starts[value.index() + 1] as usize]
    }
}

fn edges(graph: &Graph, (at, op): (ValueId, Op), words: &[Word], add: &mut impl FnMut(Option<ValueId>, Use)) {
    let mut copy = |from: Option<ValueId>, to: ValueId| {
        if let Some(from) = from {
            add(Some(from), Use::CopyTo(to));
            add(Some(to), Use::CopyFrom(from));
        }
    };
    match op {
        Op::Copy { from, to, .. } => copy(Some(from), to),
        Op::Join { left, right, .. } => {
            copy(left, at);
            copy(right, at);
        }
        Op::Await { value } => {
            copy(value, at);
            add(value, Use::Awaited(at));
        }
        Op::Load { object, key, .. } => add(object, Use::Read(at, of_key(key, words))),
        Op::Store { object, key, value } => {
            let word = of_key(key, words);
            if let Some(object) = object {
                add(Some(value), Use::StoredIn(object, word));
                add(Some(object), Use::Written(value, word));
            }
        }
        Op::Accessor { object, key, function, setter } => {
            let word = of_key(key, words);
            add(Some(object), Use::Accessor(function, word, setter));
            add(Some(function), Use::AccessorOf(object, word, setter));
        }
        Op::Spread { from, into } => {
            add(Some(from), Use::SpreadInto(into));
            add(Some(into), Use::SpreadFrom(from));
        }
        Op::Element { of, how } if how != ElementKind::In => add(of, Use::Element(at)),
        Op::Return { value } => add(value, Use::Returned(graph.function_of(at))),
        Op::Throw { value } => add(value, Use::Thrown),
        Op::Export { value, key } => add(value, Use::Exported(of_key(key, words))),
        Op::Call { callee, how, .. } => call(graph, (at, callee), how, add),
        _ => {}
    }
}

fn call(
    graph: &Graph,
    (at, callee): (ValueId, Option<ValueId>),
    how: CallKind,
    add: &mut impl FnMut(Option<ValueId>, Use),
) {
    add(callee, Use::Callee(at));
    if let Some(callee) = callee
        && let Op::Load { object, .. } = graph.op(callee)
        && how != CallKind::New
    {
        add(object, Use::Receiver(at));
    }
    for (index, arg) in (0_u32..).zip(graph.args(at)) {
        add(*arg, Use::Argument(at, index));
    }
}
