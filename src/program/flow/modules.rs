//! Imports and exports: a value steps from the file that gives it to the file that takes it.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::finding::FileId;
use crate::graph::{Graph, ImportKind, Op, ValueId};

use super::adjacency::Use;
use super::words::{Word, Words};
use super::{ByModule, FileFlow, Modules, Node};

/// Edges between files, by the node that they begin at.
#[derive(Default)]
pub struct Links {
    edges: FxHashMap<Node, Vec<Use<Node>>>,
    /// Exported nodes that some file takes.
    pub taken: FxHashSet<Node>,
    /// The files that each file imports, in the order of the text.
    pub imported: Vec<Vec<FileId>>,
}

impl Links {
    pub fn of(&self, node: Node) -> &[Use<Node>] {
        self.edges.get(&node).map_or(&[], Vec::as_slice)
    }

    /// All of another file is imported there.
    pub fn is_namespace(&self, import: Node) -> bool {
        self.of(import).iter().any(|used| matches!(used, Use::Written(..)))
    }

    fn copy(&mut self, from: Node, to: Node) {
        self.taken.insert(from);
        self.edges.entry(from).or_default().push(Use::CopyTo(to));
        self.edges.entry(to).or_default().push(Use::CopyFrom(from));
    }

    /// `from.word` is `to`.
    fn read(&mut self, from: Node, to: Node, word: Word) {
        self.taken.insert(from);
        self.edges.entry(from).or_default().push(Use::Read(to, word));
    }

    /// `to.word` is `from`.
    fn store(&mut self, from: Node, to: Node, word: Word) {
        self.taken.insert(from);
        self.edges.entry(from).or_default().push(Use::StoredIn(to, word));
        self.edges.entry(to).or_default().push(Use::Written(from, word));
    }
}

/// What one file gives.
#[derive(Default)]
struct Given {
    named: FxHashMap<Word, Vec<Node>>,
    /// `export =`, `module.exports =`.
    whole: Vec<Node>,
    /// `export * from` these files.
    all_of: Vec<FileId>,
}

/// Words that mean something to modules.
struct Known {
    default: Word,
    star: Word,
    exports: Word,
    module: Word,
}

pub fn link(files: &[FileFlow], words: &mut Words, modules: &dyn Modules) -> Links {
    let mut word = |text| words.intern(text);
    let known = Known { default: word("default"), star: word("*"), exports: word("exports"), module: word("module") };
    let mut by_module = ByModule::default();
    let mut links = Links::default();
    for (index, file) in files.iter().enumerate() {
        let id = FileId::at(index);
        let mut imported = Vec::new();
        for (_, op) in file.graph.iter() {
            if let Op::Import { module, .. } = op {
                let found = by_module
                    .entry((id, module))
                    .or_insert_with(|| modules.file(id, file.graph.name(module)).filter(|other| *other != id));
                imported.extend(found.filter(|found| !imported.contains(found)));
            }
        }
        links.imported.push(imported);
    }
    let given: Vec<Given> =
        files.iter().enumerate().map(|(index, file)| exports(FileId::at(index), file, &known, &by_module)).collect();
    for (index, file) in files.iter().enumerate() {
        for (value, op) in file.graph.iter() {
            if let Op::Import { module, key, how } = op
                && let Some(from) = by_module.get(&(FileId::at(index), module)).copied().flatten()
            {
                let to = node(file, value);
                take((&given, &known), (from, to), (file.key(key), how), &mut links);
            }
        }
    }
    links
}

fn node(file: &FileFlow, value: ValueId) -> Node {
    Node(file.base + u32::try_from(value.index()).unwrap_or(u32::MAX))
}

fn exports(id: FileId, file: &FileFlow, known: &Known, by_module: &ByModule) -> Given {
    let mut given = Given::default();
    let graph = &file.graph;
    for (_, op) in graph.iter() {
        match op {
            Op::Export { value: Some(value), key } if file.key(key) == known.star => match graph.op(value) {
                Op::Import { module, how: ImportKind::ReExport, .. } => {
                    given.all_of.extend(by_module.get(&(id, module)).copied().flatten());
                }
                _ => given.whole.push(node(file, value)),
            },
            Op::Export { value: Some(value), key } => {
                given.named.entry(file.key(key)).or_default().push(node(file, value));
            }
            Op::Store { object: Some(object), key, value } => {
                let word = file.key(key);
                let (value, is_exports) = (node(file, value), is_exports(graph, file, object, known));
                if is_exports {
                    given.named.entry(word).or_default().push(value);
                } else if word == known.exports && is_global(graph, file, object, known.module) {
                    given.whole.push(value);
                }
            }
            _ => {}
        }
    }
    given
}

/// `exports` or `module.exports`.
fn is_exports(graph: &Graph, file: &FileFlow, object: ValueId, known: &Known) -> bool {
    match graph.op(object) {
        Op::Load { object: Some(module), key, .. } => {
            file.key(key) == known.exports && is_global(graph, file, module, known.module)
        }
        _ => is_global(graph, file, object, known.exports),
    }
}

fn is_global(graph: &Graph, file: &FileFlow, value: ValueId, word: Word) -> bool {
    matches!(graph.op(value), Op::Global { name } if file.word(name) == word)
}

/// Ties one import to what the other file gives under that name.
fn take(
    (given, known): (&[Given], &Known),
    (from, to): (FileId, Node),
    (word, how): (Word, ImportKind),
    links: &mut Links,
) {
    let found = find(given, from, word);
    let whole = &given[from.0 as usize].whole;
    for value in &found {
        links.copy(*value, to);
    }
    if word == known.star {
        for (name, values) in all_of(given, from) {
            for value in values {
                links.store(value, to, name);
            }
        }
        for value in whole {
            // `import * as x` of a CommonJS module has it under `default`, too.
            links.copy(*value, to);
            if how != ImportKind::Require {
                links.store(*value, to, known.default);
            }
        }
    } else if found.is_empty() {
        for value in whole {
            if word == known.default {
                links.copy(*value, to);
            } else {
                links.read(*value, to, word);
            }
        }
    }
}

/// What a file gives under a name, through `export *` as well.
fn find(given: &[Given], file: FileId, word: Word) -> Vec<Node> {
    let (mut seen, mut waiting) = (FxHashSet::default(), vec![file]);
    let mut found = Vec::new();
    while let Some(file) = waiting.pop() {
        if seen.insert(file) {
            let given = &given[file.0 as usize];
            match given.named.get(&word) {
                Some(values) => found.extend(values),
                None => waiting.extend(&given.all_of),
            }
        }
    }
    found
}

/// All names that a file gives, its own first; sorted, so that the edges come in the same order each time.
fn all_of(given: &[Given], file: FileId) -> Vec<(Word, Vec<Node>)> {
    let (mut seen, mut waiting) = (FxHashSet::default(), vec![file]);
    let mut names: FxHashMap<Word, Vec<Node>> = FxHashMap::default();
    while let Some(file) = waiting.pop() {
        if seen.insert(file) {
            let given = &given[file.0 as usize];
            waiting.extend(&given.all_of);
            for (name, values) in sorted(&given.named) {
                names.entry(name).or_insert(values);
            }
        }
    }
    sorted(&names)
}

fn sorted(names: &FxHashMap<Word, Vec<Node>>) -> Vec<(Word, Vec<Node>)> {
    let mut all: Vec<_> = names.iter().map(|(name, values)| (*name, values.clone())).collect();
    all.sort_unstable();
    all
}
