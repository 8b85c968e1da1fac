//! The parts of a graph as bytes: names, instructions, blocks, functions, classes, types.

use super::Broken;
use super::bytes::{Counts, Field, Reader, Writer};
use super::ops::{self, Few};
use crate::graph::{
    Alias, Block, BlockId, Class, Exit, Function, FunctionId, FunctionKind, Graph, Inst, List, Loop, LoopKind, Names,
    Target, Term, Type, ValueId,
};

pub fn write(graph: &Graph, writer: &mut Writer<'_>) {
    write_names(&graph.names, writer);
    let counts = [
        graph.insts.len(),
        graph.blocks.len(),
        graph.functions.len(),
        graph.classes.len(),
        graph.loops.len(),
        graph.types.len(),
        graph.targets.len(),
        graph.params.len(),
        graph.runs.len(),
        graph.aliases.len(),
    ];
    for count in counts {
        writer.index(count);
    }
    ops::write(&graph.insts, writer);
    graph.params.iter().for_each(|param| writer.value_or_none(*param));
    graph.targets.iter().for_each(|target| write_target(*target, 0, writer));
    write_blocks(graph, writer);
    write_functions(graph, writer);
    for class in &graph.classes {
        class.name.write(writer);
        class.function.write(writer);
        writer.value(class.value);
        writer.value(class.instance);
        writer.value_or_none(class.heritage);
        writer.index(class.constructor.map_or(0, |function| function.index() + 1));
    }
    for made in &graph.loops {
        made.function.write(writer);
        made.parent.write(writer);
        writer.value_or_none(made.over);
        writer.number(made.kind.number());
    }
    graph.types.iter().for_each(|ty| write_type(*ty, writer));
    for alias in &graph.aliases {
        writer.value(alias.symbol);
        alias.ty.write(writer);
    }
}

/// # Errors
/// When something names what is not there.
pub fn read(reader: &mut Reader<'_>) -> Result<Graph, Broken> {
    let names = read_names(reader)?;
    let mut sizes = [0; 10];
    for size in &mut sizes {
        *size = reader.count()?;
    }
    let [insts, blocks, functions, classes, loops, types, targets, params, runs, aliases] = sizes;
    reader.counts = Counts { names: names.len(), insts, blocks, functions, classes, loops, types, targets, params };
    let insts = ops::read(reader)?;
    let params = (0..params).map(|_| reader.value_or_none()).collect::<Result<_, _>>()?;
    let targets = (0..targets).map(|_| read_target(reader, 0)).collect::<Result<_, _>>()?;
    let (blocks, runs) = read_blocks(reader, runs)?;
    let functions = read_functions(reader, &insts)?;
    let classes = (0..classes).map(|_| read_class(reader)).collect::<Result<_, _>>()?;
    let loops = (0..loops).map(|index| read_loop(reader, index)).collect::<Result<_, _>>()?;
    let types = (0..types).map(|index| read_type(reader, index)).collect::<Result<_, _>>()?;
    let one = |_| Ok(Alias { symbol: reader.value()?, ty: Field::read(reader)? });
    let aliases = (0..aliases).map(one).collect::<Result<_, _>>()?;
    let args = std::mem::take(&mut reader.args);
    Ok(Graph { insts, args, params, targets, blocks, runs, functions, classes, loops, types, aliases, names })
}

fn write_names(names: &Names, writer: &mut Writer<'_>) {
    let (text, ends) = names.parts();
    writer.index(ends.len());
    let mut before = 0;
    for end in ends {
        writer.number(u64::from(end - before));
        before = *end;
    }
    writer.bytes.extend_from_slice(text.as_bytes());
}

fn read_names(reader: &mut Reader<'_>) -> Result<Names, Broken> {
    let count = reader.count()?;
    let mut ends = Vec::with_capacity(count);
    let mut end = 0_u32;
    for _ in 0..count {
        end = end.checked_add(reader.small()?).ok_or(Broken)?;
        ends.push(end);
    }
    let text = std::str::from_utf8(reader.take(end as usize)?).map_err(|_| Broken)?;
    Names::from_parts(text.to_owned(), ends).ok_or(Broken)
}

/// The block is written as its distance from `here`.
fn write_target(target: Target, here: usize, writer: &mut Writer<'_>) {
    match target.to {
        Exit::Return => writer.number(0),
        Exit::Throw => writer.number(1),
        Exit::Block(block) => {
            writer.number(2);
            writer.difference(here, block.index());
        }
    }
    writer.number(u64::from(target.tag));
}

fn read_target(reader: &mut Reader<'_>, here: usize) -> Result<Target, Broken> {
    let to = match reader.number()? {
        0 => Exit::Return,
        1 => Exit::Throw,
        2 => Exit::Block(read_block(reader, here)?),
        _ => return Err(Broken),
    };
    Ok(Target { to, tag: u16::try_from(reader.number()?).map_err(|_| Broken)? })
}

fn read_block(reader: &mut Reader<'_>, here: usize) -> Result<BlockId, Broken> {
    let index = reader.difference(here)?;
    Some(BlockId::at(index)).filter(|_| index < reader.counts.blocks).ok_or(Broken)
}

/// Of the first number of a block: whether function, loop and handler are those of the block before.
const SAME_FUNCTION: u64 = 1;
const SAME_LOOP: u64 = 2;
const SAME_HANDLER: u64 = 4;
/// Above that, how it ends: a `goto` of the commonest kind apart.
const HOW: u32 = 3;

fn write_blocks(graph: &Graph, writer: &mut Writer<'_>) {
    let mut before = None::<Block>;
    for (here, block) in graph.blocks.iter().enumerate() {
        let same =
            |part: fn(&Block, &Block) -> bool, bit| if before.is_some_and(|b| part(&b, block)) { bit } else { 0 };
        let function = same(|a, b| a.function == b.function, SAME_FUNCTION);
        let inside = same(|a, b| a.inside == b.inside, SAME_LOOP);
        let handler = same(|a, b| a.handler == b.handler, SAME_HANDLER);
        let how = match block.term {
            Term::Dead => 0,
            Term::Goto(Target { to: Exit::Block(_), tag: 0 }) => 1,
            Term::Goto(_) => 2,
            Term::Branch { .. } => 3,
            Term::Resume(_) => 4,
        };
        writer.number(function | inside | handler | how << HOW);
        if function == 0 {
            block.function.write(writer);
        }
        if inside == 0 {
            block.inside.write(writer);
        }
        if handler == 0 {
            write_target(block.handler, here, writer);
        }
        match block.term {
            Term::Dead => {}
            Term::Goto(Target { to: Exit::Block(to), tag: 0 }) => writer.difference(here, to.index()),
            Term::Goto(target) => write_target(target, here, writer),
            Term::Branch { cond, yes, no } => {
                writer.value_or_none(cond);
                writer.difference(here, yes.index());
                writer.difference(here, no.index());
            }
            Term::Resume(list) => write_list(list, writer),
        }
        before = Some(*block);
    }
    let (mut value, mut at) = (0, 0);
    for (first, block) in &graph.runs {
        writer.index(first.index() - value);
        writer.difference(at, block.index());
        (value, at) = (first.index(), block.index());
    }
}

type Blocks = (Vec<Block>, Vec<(ValueId, BlockId)>);

fn read_blocks(reader: &mut Reader<'_>, count: usize) -> Result<Blocks, Broken> {
    let mut blocks: Vec<Block> = Vec::with_capacity(reader.counts.blocks);
    for here in 0..reader.counts.blocks {
        let number = reader.number()?;
        let before = |bit| if number & bit == 0 { Ok(None) } else { blocks.last().copied().map(Some).ok_or(Broken) };
        let function = match before(SAME_FUNCTION)? {
            Some(block) => block.function,
            None => Field::read(reader)?,
        };
        let inside = match before(SAME_LOOP)? {
            Some(block) => block.inside,
            None => Field::read(reader)?,
        };
        let handler = match before(SAME_HANDLER)? {
            Some(block) => block.handler,
            None => read_target(reader, here)?,
        };
        let term = match number >> HOW {
            0 => Term::Dead,
            1 => Term::Goto(Exit::Block(read_block(reader, here)?).plain()),
            2 => Term::Goto(read_target(reader, here)?),
            3 => Term::Branch {
                cond: reader.value_or_none()?,
                yes: read_block(reader, here)?,
                no: read_block(reader, here)?,
            },
            4 => Term::Resume(read_list(reader, reader.counts.targets)?),
            _ => return Err(Broken),
        };
        blocks.push(Block { function, inside, term, handler });
    }
    let mut runs = Vec::with_capacity(count);
    let (mut value, mut at) = (0_usize, 0);
    for _ in 0..count {
        value = value.checked_add(reader.index()?).filter(|value| *value <= reader.counts.insts).ok_or(Broken)?;
        let block = read_block(reader, at)?;
        at = block.index();
        runs.push((ValueId::at(value), block));
    }
    // Every instruction stands in some block.
    if runs.is_empty() && reader.counts.insts > 0 { Err(Broken) } else { Ok((blocks, runs)) }
}

fn write_list(list: List, writer: &mut Writer<'_>) {
    writer.number(u64::from(list.start));
    writer.number(u64::from(list.count));
}

fn read_list(reader: &mut Reader<'_>, count: usize) -> Result<List, Broken> {
    let list = List { start: reader.small()?, count: reader.small()? };
    let end = list.start.checked_add(list.count).ok_or(Broken)?;
    if end as usize <= count { Ok(list) } else { Err(Broken) }
}

fn write_functions(graph: &Graph, writer: &mut Writer<'_>) {
    let (mut entry, mut params) = (0, 0);
    for function in &graph.functions {
        let with_closure = function.value.is_some_and(|value| graph.insts[value.index()].at == function.at);
        let flags = [with_closure, function.is_async, function.generator, function.is_static, function.rest];
        let flags = flags.iter().fold(0, |all, flag| all << 1 | u64::from(*flag));
        writer.number(flags * FunctionKind::COUNT + function.kind.number());
        writer.value_or_none(function.value);
        if !with_closure {
            writer.number(u64::from(function.at));
        }
        function.name.write(writer);
        function.parent.write(writer);
        function.class.write(writer);
        writer.difference(entry, function.entry.index());
        let List { start, count } = function.params;
        writer.difference(params, start as usize);
        writer.number(u64::from(count));
        writer.value_or_none(function.arguments);
        (entry, params) = (function.entry.index(), (start + count) as usize);
    }
}

fn read_functions(reader: &mut Reader<'_>, insts: &[Inst]) -> Result<Vec<Function>, Broken> {
    let (mut entry, mut params) = (0, 0);
    let mut functions = Vec::with_capacity(reader.counts.functions);
    for index in 0..reader.counts.functions {
        let number = reader.number()?;
        let (kind, flags) = (FunctionKind::of(number % FunctionKind::COUNT)?, number / FunctionKind::COUNT);
        let value = reader.value_or_none()?;
        let at = match value {
            Some(value) if flags & 16 != 0 => insts[value.index()].at,
            _ => reader.small()?,
        };
        let name = Field::read(reader)?;
        let parent: FunctionId = Field::read(reader)?;
        let class = Field::read(reader)?;
        let block = read_block(reader, entry)?;
        let start = u32::try_from(reader.difference(params)?).map_err(|_| Broken)?;
        let list = List { start, count: reader.small()? };
        let end = start.checked_add(list.count).ok_or(Broken)?;
        (entry, params) = (block.index(), end as usize);
        // Functions stand in those that were made before, so that who climbs out of them arrives.
        if params > reader.counts.params || parent.index() >= index.max(1) {
            return Err(Broken);
        }
        functions.push(Function {
            name,
            at,
            parent,
            class,
            entry: block,
            params: list,
            kind,
            is_async: flags & 8 != 0,
            generator: flags & 4 != 0,
            is_static: flags & 2 != 0,
            rest: flags & 1 != 0,
            arguments: reader.value_or_none()?,
            value,
        });
    }
    Ok(functions)
}

fn read_class(reader: &mut Reader<'_>) -> Result<Class, Broken> {
    Ok(Class {
        name: Field::read(reader)?,
        function: Field::read(reader)?,
        value: reader.value()?,
        instance: reader.value()?,
        heritage: reader.value_or_none()?,
        constructor: reader.below(reader.counts.functions + 1)?.checked_sub(1).map(FunctionId::at),
    })
}

fn read_loop(reader: &mut Reader<'_>, index: usize) -> Result<Loop, Broken> {
    let made = Loop {
        function: Field::read(reader)?,
        parent: Field::read(reader)?,
        over: reader.value_or_none()?,
        kind: LoopKind::of(reader.number()?)?,
    };
    if made.parent.is_none_or(|parent| parent.index() < index) { Ok(made) } else { Err(Broken) }
}

fn write_type(ty: Type, writer: &mut Writer<'_>) {
    let plain = [Type::Finite, Type::Primitive, Type::Function, Type::Object, Type::Const, Type::Any, Type::Unknown];
    match ty {
        Type::Named { name, arg } => {
            writer.number(0);
            writer.value(name);
            arg.write(writer);
        }
        Type::Array { of } => {
            writer.number(1);
            of.write(writer);
        }
        Type::Either { part, next } => {
            writer.number(2);
            part.write(writer);
            next.write(writer);
        }
        Type::Query { of } => {
            writer.number(3);
            writer.value(of);
        }
        Type::Part { of } => {
            writer.number(4);
            of.write(writer);
        }
        other => writer.index(5 + plain.iter().position(|ty| *ty == other).unwrap_or(plain.len() - 1)),
    }
}

/// A type consists of those before it.
fn read_type(reader: &mut Reader<'_>, index: usize) -> Result<Type, Broken> {
    let all = std::mem::replace(&mut reader.counts.types, index);
    let ty = match reader.number()? {
        0 => Type::Named { name: reader.value()?, arg: Field::read(reader)? },
        1 => Type::Array { of: Field::read(reader)? },
        2 => Type::Either { part: Field::read(reader)?, next: Field::read(reader)? },
        3 => Type::Query { of: reader.value()? },
        4 => Type::Part { of: Field::read(reader)? },
        5 => Type::Finite,
        6 => Type::Primitive,
        7 => Type::Function,
        8 => Type::Object,
        9 => Type::Const,
        10 => Type::Any,
        11 => Type::Unknown,
        _ => return Err(Broken),
    };
    reader.counts.types = all;
    Ok(ty)
}
