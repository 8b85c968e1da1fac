//! Whether an option is given to a call: through variables, spreads, quoted keys, choices, imported constants, defaults.

use super::things::{Literal, Thing, ThingId};
use super::{Flow, Node};

/// The answer for one option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// It is given in every way that is in sight; what it may be, as far as that is a thing.
    Yes(Vec<Thing>),
    /// It is given in no way, and nothing is out of sight.
    No,
    /// Some of it is out of sight, or it is given in some ways only.
    Unseen,
}

impl Given {
    /// Given, and neither `false`, `null` nor `undefined` for all that is seen.
    #[must_use]
    pub fn is_on(&self) -> bool {
        match self {
            Self::Yes(things) => !things.iter().any(|thing| is_off(*thing)),
            Self::No | Self::Unseen => false,
        }
    }

    /// Surely not given, or given as what switches it off.
    #[must_use]
    pub fn is_off(&self) -> bool {
        match self {
            Self::Yes(things) => !things.is_empty() && things.iter().all(|thing| is_off(*thing)),
            Self::No => true,
            Self::Unseen => false,
        }
    }
}

fn is_off(thing: Thing) -> bool {
    matches!(thing, Thing::Constant(Literal::False | Literal::Null))
}

impl Flow {
    /// Whether the options object in argument `index` of a call gives an option; `path` is dotted for nested ones.
    ///
    /// Fewer arguments than `index` give nothing.
    #[must_use]
    pub fn given(&self, call: Node, index: usize, path: &str) -> Given {
        let spreads = matches!(self.op(call), Some(crate::graph::Op::Call { spreads: true, .. }));
        match self.args(call).nth(index) {
            _ if spreads => Given::Unseen,
            None => Given::No,
            Some(None) => Given::Unseen,
            Some(Some(arg)) => self.option_of(arg, path),
        }
    }

    /// The same of an object that stands at a node.
    #[must_use]
    pub fn option_of(&self, object: Node, path: &str) -> Given {
        let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
        let set = self.solved.set(object);
        if set.is_empty() {
            // A string or a number that was computed: no object.
            return Given::Unseen;
        }
        let mut answer: Option<Given> = None;
        for id in set {
            let one = self.option_of_thing(*id, name, rest);
            answer = Some(match (answer, one) {
                (None, one) => one,
                (Some(Given::Yes(mut known)), Given::Yes(more)) => {
                    known.extend(more);
                    Given::Yes(known)
                }
                (Some(Given::No), Given::No) => Given::No,
                _ => Given::Unseen,
            });
        }
        answer.unwrap_or(Given::Unseen)
    }

    fn option_of_thing(&self, id: ThingId, name: &str, rest: Option<&str>) -> Given {
        let thing = self.solved.things.get(id);
        match thing {
            Thing::Made(..) | Thing::Instance(..) | Thing::Constructed(_) => {}
            // A literal has no options, and neither has `undefined`.
            _ if thing.is_literal() || self.is_undefined(thing) => return Given::No,
            _ => return Given::Unseen,
        }
        let place = self.words.find(name).and_then(|word| self.solved.written_field(id, word));
        match (place, rest) {
            (Some(place), Some(rest)) => self.option_of(place, rest),
            (Some(place), None) => {
                // That the object is handed over makes its fields unknown from then on, not before.
                let escaped = self.solved.is_escaped(id);
                let things: Vec<_> =
                    self.solved.things(place).filter(|thing| !(escaped && *thing == Thing::Unknown)).collect();
                if !things.is_empty() && things.iter().all(|thing| self.is_undefined(*thing)) {
                    return Given::No;
                }
                Given::Yes(things)
            }
            (None, _) if self.solved.is_closed(id) => Given::No,
            (None, _) => Given::Unseen,
        }
    }

    /// The global `undefined`.
    #[must_use]
    pub fn is_undefined(&self, thing: Thing) -> bool {
        matches!(thing, Thing::Global { path } if self.words.text(path) == "undefined")
    }
}

#[cfg(test)]
mod tests {
    use super::Given;
    use crate::finding::FileId;
    use crate::graph::Op;
    use crate::program::flow::tests::program;

    /// Whether `max` is given to the one `make(..)` of a program.
    fn max(source: &str) -> &'static str {
        let flow = program(source);
        let file = &flow.files[0];
        let is_make = |op: Op| match op {
            Op::Call { callee: Some(callee), .. } => file.graph.text(callee) == "make",
            _ => false,
        };
        let call = file.graph.iter().find(|(_, op)| is_make(*op)).map(|(value, _)| flow.node(FileId(0), value));
        match flow.given(call.expect("a call"), 0, "max") {
            Given::Yes(_) => "yes",
            Given::No => "no",
            Given::Unseen => "unseen",
        }
    }

    #[test]
    fn an_option_in_every_spelling() {
        let rows = [
            ("make({ max: 1 })", "yes"),
            ("make({ 'max': 1 })", "yes"),
            ("make({ ['max']: 1 })", "yes"),
            ("const max = 5; make({ max })", "yes"),
            ("const o = { max: 1 }; make(o)", "yes"),
            ("const o = {}; o.max = 1; make(o)", "yes"),
            ("const base = { max: 1 }; make({ ...base, ttl: 2 })", "yes"),
            ("make(Object.assign({}, { max: 1 }))", "yes"),
            ("make(big ? { max: 1 } : { max: 2 })", "yes"),
            ("function f(o = { max: 1 }) { make(o) } f()", "yes"),
            ("import { o } from './a'; make(o)\n// ./a\nexport const o = { max: 1 }", "yes"),
            ("const o = Object.freeze({ max: 1 }); make(o)", "yes"),
            ("class A { o = { max: 1 }; m() { make(this.o) } }", "yes"),
            ("make({ max: process.env.MAX })", "yes"),
            ("make({ ttl: 1 })", "no"),
            ("make({})", "no"),
            ("make()", "no"),
            ("const o = {}; make(o)", "no"),
            ("const base = { ttl: 1 }; make({ ...base })", "no"),
            ("make({ max: undefined })", "no"),
            ("make(big ? { max: 1 } : {})", "unseen"),
            ("make(options())", "unseen"),
            ("make({ ...options() })", "unseen"),
            ("make({ [key]: 1 })", "unseen"),
            ("make(...all)", "unseen"),
            ("export function f(o) { make(o) }", "unseen"),
            ("import { o } from 'elsewhere'; make(o)", "unseen"),
            ("make(require('./config.json'))", "unseen"),
        ];
        for (source, expected) in rows {
            assert_eq!(max(source), expected, "{source}");
        }
    }
}
