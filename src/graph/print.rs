//! A graph in words, for the tests of the lowering and for people who look into it.

use std::fmt::Write;

use super::{
    Alias, Block, CallKind, Constant, ElementKind, Exit, FunctionId, Graph, Inst, JoinKind, Key, KeyKind, LoopKind,
    Name, Op, Operator, Target, Term, Type, TypeId, ValueId,
};

/// Values inside of values that are written out.
const DEEPEST: usize = 6;

impl Graph {
    /// One line for each edge, in the order of the text: `open() -> h`, `h -> this.k`, `return h`; then what names of types
    /// stand for.
    #[must_use]
    pub fn edges(&self) -> Vec<String> {
        let edges = self.iter().filter_map(|(value, _)| self.edge(value));
        let alias = |alias: &Alias| format!("type {} = {}", self.text(alias.symbol), self.ty(alias.ty, 0));
        edges.chain(self.aliases.iter().map(alias)).collect()
    }

    /// One line for each block of a function: what happens in it, and where it goes.
    #[must_use]
    pub fn flow(&self, function: FunctionId) -> Vec<String> {
        let blocks = self.blocks.iter().enumerate().filter(|(_, block)| block.function == function);
        blocks.map(|(index, block)| self.block_line(index, block)).collect()
    }

    /// A value as it would stand in a program.
    #[must_use]
    pub fn text(&self, value: ValueId) -> String {
        self.value(Some(value), 0)
    }

    fn edge(&self, at: ValueId) -> Option<String> {
        let text = |value| self.value(value, 0);
        Some(match self.op(at) {
            Op::Copy { from, to, .. } => format!("{} -> {}", text(Some(from)), text(Some(to))),
            Op::Store { object, key, value } => {
                format!("{} -> {}{}", text(Some(value)), text(object), self.key(key, 0))
            }
            Op::Accessor { object, key, function, setter } => {
                let word = if setter { "set" } else { "get" };
                format!("{} -> {word} {}{}", text(Some(function)), text(Some(object)), self.key(key, 0))
            }
            Op::Delete { object, key } => format!("delete {}{}", text(object), self.key(key, 0)),
            Op::Call { .. } => self.value(Some(at), 0),
            Op::Spread { from, into } => format!("...{} -> {}", text(Some(from)), text(Some(into))),
            Op::Await { value } => format!("await {}", text(value)),
            Op::Yield { value: None, .. } => "yield".to_owned(),
            Op::Yield { value, delegate } => format!("yield{} {}", if delegate { "*" } else { "" }, text(value)),
            Op::Return { value: None } => "return".to_owned(),
            Op::Return { value } => format!("return {}", text(value)),
            Op::Throw { value } => format!("throw {}", text(value)),
            Op::Export { value, key } => {
                format!("export {} as {}", text(value), self.key(key, 0).trim_start_matches('.'))
            }
            Op::Typed { value, ty } => format!("{}: {}", text(Some(value)), self.ty(ty, 0)),
            Op::Using { symbol, awaits } => {
                format!("{}using {}", if awaits { "await " } else { "" }, text(Some(symbol)))
            }
            _ => return None,
        })
    }

    fn block_line(&self, index: usize, block: &Block) -> String {
        let mut line = format!("b{index}");
        if let Some(inside) = block.inside {
            let kind = match self.loops[inside.index()].kind {
                LoopKind::Of => "of",
                LoopKind::AwaitOf => "await of",
                LoopKind::In => "in",
                LoopKind::While => "while",
                LoopKind::Forever => "forever",
            };
            let _ = write!(line, " ({kind})");
        }
        line.push(':');
        let inside = self.iter().filter(|(value, _)| self.block_of(*value).index() == index);
        for edge in inside.filter_map(|(value, _)| self.edge(value)) {
            let _ = write!(line, " {edge};");
        }
        let go = |target: &Target| {
            let tag = if target.tag == 0 { String::new() } else { format!("#{}", target.tag) };
            match target.to {
                Exit::Block(block) => format!("b{}{tag}", block.index()),
                Exit::Return => format!("return{tag}"),
                Exit::Throw => format!("throw{tag}"),
            }
        };
        match &block.term {
            Term::Dead => line.push_str(" dead"),
            Term::Goto(target) => _ = write!(line, " => {}", go(target)),
            Term::Branch { cond, yes, no } => {
                _ = write!(line, " => {} ? b{} : b{}", self.value(*cond, 0), yes.index(), no.index());
            }
            Term::Resume(list) => {
                let ways = &self.targets[list.start as usize..(list.start + list.count) as usize];
                _ = write!(line, " => resume {}", ways.iter().map(go).collect::<Vec<_>>().join(" "));
            }
        }
        if block.handler.to != Exit::Throw || block.handler.tag != 0 {
            _ = write!(line, " !{}", go(&block.handler));
        }
        line
    }

    fn value(&self, value: Option<ValueId>, depth: usize) -> String {
        let Some(at) = value else { return "_".to_owned() };
        if depth > DEEPEST {
            return "..".to_owned();
        }
        let next = |value| self.value(value, depth + 1);
        match self.op(at) {
            Op::Symbol { name, .. } => self.numbered(self.name(name), at),
            Op::Global { name } => {
                let here = self.insts.iter().any(|inst| matches!(inst.op, Op::Symbol { name: own, .. } if own == name));
                if here { format!("globalThis.{}", self.name(name)) } else { self.name(name).to_owned() }
            }
            Op::Import { module, key, .. } => format!("import({}){}", self.name(module), self.key(key, depth)),
            Op::This { .. } => "this".to_owned(),
            Op::Instance { class } => {
                format!("this:{}", self.or_number(self.classes[class.index()].name, class.index()))
            }
            Op::Super { this } => format!("super({})", next(Some(this))),
            Op::Arguments { .. } => "arguments".to_owned(),
            Op::Param { function, index } => format!("{}#{index}", self.function_name(function)),
            Op::Text { value } => value.map_or_else(|| "'..'".to_owned(), |name| format!("'{}'", self.name(name))),
            Op::Number { value } => value.get().to_string(),
            Op::Constant { value } => constant(value).to_owned(),
            Op::Closure { function } => self.closure(function),
            Op::Class { class } => format!("class {}", self.or_number(self.classes[class.index()].name, class.index())),
            Op::Object => self.numbered("{}", at),
            Op::Array { .. } => self.numbered("[]", at),
            Op::Load { object, key, optional } => {
                let sign = match (optional, key.kind()) {
                    (false, _) => "",
                    (true, KeyKind::Name(_)) => "?",
                    (true, _) => "?.",
                };
                format!("{}{sign}{}", next(object), self.key(key, depth))
            }
            Op::Join { left, right, how } => format!("({} {} {})", next(left), join_sign(how), next(right)),
            Op::Operate { operator, left, right } => {
                let sign = operator_sign(operator);
                match (left, right) {
                    (Some(_), Some(_)) => format!("({} {sign} {})", next(left), next(right)),
                    (one, None) | (None, one) => format!("({sign} {})", next(one)),
                }
            }
            Op::Call { callee, how, optional, .. } => self.call(at, (callee, optional), (how, depth)),
            Op::Element { of, how: ElementKind::Of } => format!("(of {})", next(of)),
            Op::Element { of, how: ElementKind::In } => format!("(in {})", next(of)),
            Op::Element { of, how: ElementKind::AwaitOf } => format!("(await of {})", next(of)),
            Op::Await { value } => format!("(await {})", next(value)),
            Op::Yield { value, .. } => format!("(yield {})", next(value)),
            Op::Caught => "caught".to_owned(),
            _ => format!("v{}", at.index()),
        }
    }

    fn closure(&self, function: FunctionId) -> String {
        let made = &self.functions[function.index()];
        let before = if made.is_async { "async " } else { "" };
        let star = if made.generator { "*" } else { "" };
        format!("{before}function{star} {}", self.function_name(function))
    }

    fn call(
        &self,
        at: ValueId,
        (callee, optional): (Option<ValueId>, bool),
        (how, depth): (CallKind, usize),
    ) -> String {
        let one = |arg: &Option<ValueId>| match arg.map(|arg| self.op(arg)) {
            Some(Op::Element { of, .. }) => format!("...{}", self.value(of, depth + 1)),
            _ => self.value(*arg, depth + 1),
        };
        let args: Vec<_> = self.args(at).iter().map(one).collect();
        let callee = self.value(callee, depth + 1);
        if how == CallKind::Tagged {
            let parts: Vec<_> = args.iter().map(|arg| format!("${{{arg}}}")).collect();
            return format!("{callee}`{}`", parts.concat());
        }
        let args = args.join(", ");
        match how {
            CallKind::Call if optional => format!("{callee}?.({args})"),
            CallKind::Call | CallKind::Tagged => format!("{callee}({args})"),
            CallKind::New => format!("new {callee}({args})"),
            CallKind::Jsx => format!("<{callee}>({args})"),
            CallKind::Decorator => format!("@{callee}({args})"),
            CallKind::Super => format!("super:{callee}({args})"),
        }
    }

    fn key(&self, key: Key, depth: usize) -> String {
        match key.kind() {
            KeyKind::Name(name) => format!(".{}", self.name(name)),
            KeyKind::Index(index) => format!("[{index}]"),
            KeyKind::Entry(value) => {
                format!("[{}]", value.map_or_else(|| "*".to_owned(), |v| self.value(Some(v), depth + 1)))
            }
        }
    }

    fn ty(&self, ty: TypeId, depth: usize) -> String {
        if depth > DEEPEST {
            return "..".to_owned();
        }
        match self.types[ty.index()] {
            Type::Named { name, arg: None } => self.value(Some(name), depth + 1),
            Type::Named { name, arg: Some(arg) } => {
                format!("{}<{}>", self.value(Some(name), depth + 1), self.ty(arg, depth + 1))
            }
            Type::Array { of } => format!("{}[]", of.map_or_else(String::new, |of| self.ty(of, depth + 1))),
            Type::Either { part, next } => {
                let rest = next.map_or_else(String::new, |next| format!(" | {}", self.ty(next, depth + 1)));
                self.ty(part, depth + 1) + &rest
            }
            Type::Finite => "finite".to_owned(),
            Type::Primitive => "primitive".to_owned(),
            Type::Function => "function".to_owned(),
            Type::Object => "object".to_owned(),
            Type::Const => "const".to_owned(),
            Type::Query { of } => format!("typeof {}", self.value(Some(of), depth + 1)),
            Type::Part { of } => format!("{}[..]", self.ty(of, depth + 1)),
            Type::Any => "any".to_owned(),
            Type::Unknown => "unknown".to_owned(),
        }
    }

    /// What is not the first of its name in the file has a number: the second `x` is `x~2`, the third object `{}~3`.
    fn numbered(&self, text: &str, at: ValueId) -> String {
        let same = |inst: &&Inst| match (inst.op, self.op(at)) {
            (Op::Symbol { name, .. }, Op::Symbol { name: own, .. }) => name == own,
            (Op::Object, Op::Object) | (Op::Array { .. }, Op::Array { .. }) => true,
            _ => false,
        };
        match self.insts[..at.index()].iter().filter(same).count() {
            0 => text.to_owned(),
            before => format!("{text}~{}", before + 1),
        }
    }

    fn function_name(&self, function: FunctionId) -> String {
        self.or_number(self.functions[function.index()].name, function.index())
    }

    fn or_number(&self, name: Option<Name>, index: usize) -> String {
        name.map_or_else(|| index.to_string(), |name| self.name(name).to_owned())
    }
}

const fn constant(value: Constant) -> &'static str {
    match value {
        Constant::True => "true",
        Constant::False => "false",
        Constant::Null => "null",
        Constant::Regex => "regex",
        Constant::BigInt => "bigint",
        Constant::Meta => "meta",
    }
}

const fn join_sign(how: JoinKind) -> &'static str {
    match how {
        JoinKind::And => "&&",
        JoinKind::Or => "||",
        JoinKind::Coalesce => "??",
        JoinKind::Choice => ":",
        JoinKind::Default => "=",
    }
}

const fn operator_sign(operator: Operator) -> &'static str {
    match operator {
        Operator::Equal => "==",
        Operator::Unequal => "!=",
        Operator::Less => "<",
        Operator::More => ">",
        Operator::Add => "+",
        Operator::Remainder => "%",
        Operator::Arithmetic => "arithmetic",
        Operator::In => "in",
        Operator::InstanceOf => "instanceof",
        Operator::Not => "not",
        Operator::TypeOf => "typeof",
        Operator::Unary => "unary",
        Operator::Update => "update",
        Operator::Template => "template",
    }
}
