//! Whether two values are the same one: receivers, handlers, events, keys. Asked of values, never of text.

use super::adjacency::Use;
use super::things::Thing;
use super::{Flow, Node};
use crate::graph::Op;

/// Variables that are copies of variables, looked through.
const LONGEST: usize = 16;

/// The answer for two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Same {
    Yes,
    No,
    Unknown,
}

impl Flow {
    /// Whether two nodes hold the same value whenever both are reached.
    ///
    /// Objects that one place of the code makes again and again count as one here: whether a receiver is made anew between
    /// two calls is a question of lives.
    #[must_use]
    pub fn same(&self, left: Node, right: Node) -> Same {
        let (left, right) = (self.source(left), self.source(right));
        if left == right {
            return Same::Yes;
        }
        if let (Some(left), Some(right)) = (self.field_read(left), self.field_read(right))
            && left.1 == right.1
            && self.same(left.0, right.0) == Same::Yes
        {
            return Same::Yes;
        }
        let (a, b) = (self.solved.set(left), self.solved.set(right));
        if !self.solved.is_complete(left) || !self.solved.is_complete(right) {
            return Same::Unknown;
        }
        match (a, b) {
            ([one], [other]) if one == other => {
                if self.is_one(self.solved.things.get(*one)) {
                    Same::Yes
                } else {
                    Same::Unknown
                }
            }
            _ if a.iter().all(|thing| !b.contains(thing)) => Same::No,
            _ => Same::Unknown,
        }
    }

    /// Behind variables that are written once: what was written.
    #[must_use]
    pub fn source(&self, node: Node) -> Node {
        let mut at = node;
        for _ in 0..LONGEST {
            if !matches!(self.op(at), Some(Op::Symbol { .. } | Op::Await { .. } | Op::Import { .. })) {
                break;
            }
            let mut from = self.uses(at).filter_map(|(used, _)| match used {
                Use::CopyFrom(from) => Some(from),
                _ => None,
            });
            match (from.next(), from.next()) {
                // A parameter is also written by its callers.
                (Some(only), None) if !self.is_parameter(at) => at = only,
                _ => break,
            }
        }
        at
    }

    fn is_parameter(&self, node: Node) -> bool {
        matches!(self.op(node), Some(Op::Symbol { kind: crate::graph::SymbolKind::Parameter, .. }))
    }

    /// `object.key` read here, of a key that is known.
    fn field_read(&self, node: Node) -> Option<(Node, super::Word)> {
        let (file, value) = self.at(node)?;
        let flow = self.file(file);
        let Op::Load { object: Some(object), key, .. } = flow.graph.op(value) else { return None };
        let word = flow.key(key);
        (word != super::Word::ANY).then(|| (self.node(file, object), word))
    }

    /// One value, however often the code that makes it runs: a literal, what a module makes, the value of a global.
    /// An object that a function makes is one for each of its activations.
    fn is_one(&self, thing: Thing) -> bool {
        match thing {
            Thing::Unknown => false,
            Thing::Made(node, _) | Thing::Opaque(node) | Thing::Wrapper(node) => self.at(node).is_some(),
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Same;
    use crate::finding::FileId;
    use crate::graph::Op;
    use crate::program::flow::tests::program;

    /// Whether the first arguments of the first two calls of `mark` are the same.
    fn same(source: &str) -> Same {
        let flow = program(source);
        let mut marks = Vec::new();
        for (index, file) in flow.files.iter().enumerate() {
            for (value, op) in file.graph.iter() {
                if let Op::Call { callee: Some(callee), .. } = op
                    && file.graph.text(callee) == "mark"
                {
                    marks.extend(flow.args(flow.node(FileId::at(index), value)).flatten().next());
                }
            }
        }
        flow.same(marks[0], marks[1])
    }

    #[test]
    fn values_by_whatever_name() {
        let rows = [
            ("mark('a'); mark('a')", Same::Yes),
            ("mark('a'); mark('b')", Same::No),
            ("const E = { A: 'a' }; mark(E.A); mark('a')", Same::Yes),
            ("enum E { A = 'a' } mark(E.A); mark('a')", Same::Yes),
            ("import { A } from './x'; mark(A); mark('a')\n// ./x\nexport const A = 'a'", Same::Yes),
            ("const f = () => {}; mark(f); const g = f; mark(g)", Same::Yes),
            ("mark(() => {}); mark(() => {})", Same::No),
            ("const f = () => {}; mark(f.bind(1)); mark(f.bind(1))", Same::No),
            ("const f = () => {}; const b = f.bind(1); mark(b); mark(b)", Same::Yes),
            ("class A { up = () => {}; m() { this.ref = this.up; mark(this.up); mark(this.ref) } }", Same::Yes),
            ("class A { up() {} m() { mark(this.up); mark(this.up.bind(this)) } }", Same::No),
            ("function f(el) { mark(el); mark(el) } f(x())", Same::Yes),
            ("function f(a, b) { mark(a); mark(b) } f(x(), y())", Same::No),
            ("export function f(a, b) { mark(a); mark(b) }", Same::Unknown),
            ("mark(window); mark(globalThis.window)", Same::Yes),
            ("mark(document.body); mark(document.body)", Same::Yes),
            ("let x = 'a'; x = 'b'; mark(x); mark('a')", Same::Unknown),
        ];
        for (source, expected) in rows {
            assert_eq!(same(source), expected, "{source}");
        }
    }
}
