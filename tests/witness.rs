//! The lowering on many files: `oxc_semantic` is the second witness of every name, and graphs survive packing.
//!
//! The corpus is all fixtures, and packages that are installed below the target folder: plain scripts, bundles of every
//! module system, and TypeScript with all that it declares.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod tools;
mod tree;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::process::Command;

use leaklint::graph::{Graph, Op, Packed, ValueId};
use leaklint::lower::{Mention, Room, lower, lower_with_mentions};
use oxc_allocator::Allocator;
use oxc_ast::AstKind;
use oxc_ast::ast::{IdentifierReference, Program};
use oxc_parser::{ParseOptions, Parser};
use oxc_semantic::{AstNode, Semantic, SemanticBuilder, SymbolFlags};
use oxc_span::{GetSpan, SourceType};
use tree::{entries, root};

/// What is read of them: their own files, not those of what they depend on.
const PACKAGES: [&str; 9] = [
    "@reduxjs/toolkit@2.15.0",
    "@tanstack/react-query@5.108.4",
    "@wry/context@0.7.4",
    "bson@7.3.4",
    "immer@11.2.13",
    "lodash@4.18.1",
    "pino@10.4.0",
    "rxjs@7.8.2",
    "webdriver-bidi-protocol@0.4.1",
];

/// Where the two witnesses may differ, why, and how often they do in the packages.
const EXPLAINED: [(&str, &str, usize); 4] = [
    ("a type that is not looked at", "a graph keeps whom an annotation names, not all that a type says", 10_523),
    ("a closing tag", "it says again what the opening tag said", 3),
    ("declared elsewhere", "`declare` makes no variable: the name is that of a global", 26),
    ("`typeof` in a type parameter", "TypeScript sees no parameter of the function there; oxc does", 1),
];

/// All files of the corpus, sorted; whether the packages are among them.
fn corpus() -> (Vec<PathBuf>, bool) {
    let mut found = sources(root().join("fixtures"));
    let installed = tools::npm() && install(&tools::kept("witness"));
    if installed {
        let modules = tools::kept("witness").join("node_modules");
        for package in PACKAGES {
            let name = package.rsplit_once('@').map_or(package, |(name, _)| name);
            found.extend(sources(modules.join(name)));
        }
    }
    (found, installed)
}

fn install(folder: &Path) -> bool {
    let _turn = tools::turn();
    let wanted = PACKAGES.join(" ");
    let done = folder.join("installed.txt");
    if std::fs::read_to_string(&done).is_ok_and(|before| before == wanted) {
        return true;
    }
    std::fs::write(folder.join("package.json"), r#"{ "private": true }"#).unwrap();
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let quiet = ["install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", "--legacy-peer-deps"];
    let mut command = Command::new(npm);
    let output = command.args(quiet).arg("--loglevel=error").args(PACKAGES).current_dir(folder).output().unwrap();
    if !output.status.success() {
        assert!(std::env::var_os("CI").is_none(), "npm: {}", tools::said(&output));
        eprintln!("npm could not install the packages of this test: only the fixtures are read");
        return false;
    }
    std::fs::write(&done, wanted).unwrap();
    true
}

/// Code below a folder, without declarations and installed packages.
fn sources(folder: PathBuf) -> Vec<PathBuf> {
    let mut waiting = vec![folder];
    let mut found = Vec::new();
    while let Some(path) = waiting.pop() {
        let name = tree::name(&path);
        if path.is_dir() {
            if name != "node_modules" {
                waiting.extend(entries(&path, ""));
            }
        } else if is_code(&name) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn is_code(name: &str) -> bool {
    let ends = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
    ends(&[".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx"]) && !ends(&[".d.ts", ".d.mts", ".d.cts"])
}

/// Parses a file and hands it on, if it has no errors.
fn parsed(path: &Path, then: impl FnOnce(&Program<'_>)) {
    let Ok(text) = std::fs::read_to_string(path) else { return };
    let arena = Allocator::default();
    let known = SourceType::from_path(path).unwrap();
    let plain = path.extension().is_some_and(|extension| extension == "js");
    let source_type = if plain { SourceType::unambiguous().with_jsx(true) } else { known };
    let options = ParseOptions { preserve_parens: false, ..ParseOptions::default() };
    let parsed = Parser::new(&arena, &text, source_type).with_options(options).parse();
    if !parsed.diagnostics.has_errors() {
        then(&parsed.program);
    }
}

/// What the two witnesses say of a file: how many names both have seen, and where they differ, by kind.
#[derive(Default)]
struct Compared {
    files: usize,
    names: usize,
    differences: BTreeMap<String, Vec<String>>,
}

impl Compared {
    fn file(&mut self, path: &Path, program: &Program<'_>) {
        let (graph, mentions) = lower_with_mentions(&[(program, 0)]);
        self.compare(path, program, (&graph, &mentions));
    }

    fn compare(&mut self, path: &Path, program: &Program<'_>, (graph, mentions): (&Graph, &[Mention])) {
        let built = SemanticBuilder::new_linter().build(program);
        let mut ours: HashMap<u32, ValueId> = mentions.iter().map(|mention| (mention.at, mention.value)).collect();
        self.files += 1;
        for node in built.semantic.nodes().iter() {
            if let AstKind::IdentifierReference(id) = node.kind() {
                self.names += 1;
                let value = ours.remove(&id.span.start);
                if let Some(kind) = difference(&built.semantic, (node, id), (graph, value)) {
                    self.differ(kind, path, (program, id.span.start));
                }
            }
        }
        for at in ours.into_keys() {
            self.differ("a name that is none".to_owned(), path, (program, at));
        }
    }

    fn differ(&mut self, kind: String, path: &Path, (program, at): (&Program<'_>, u32)) {
        let (before, rest) = program.source_text.split_at(at as usize);
        let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
        let name = rest.split(|c| !is_part(c)).next().unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        self.differences.entry(kind).or_default().push(format!("{}:{line} {name}", tree::shown(path)));
    }
}

/// How the two differ on one name.
fn difference(
    semantic: &Semantic<'_>,
    (node, id): (&AstNode<'_>, &IdentifierReference<'_>),
    (graph, value): (&Graph, Option<ValueId>),
) -> Option<String> {
    let scoping = semantic.scoping();
    let reference = scoping.get_reference(id.reference_id());
    let Some(value) = value else { return Some(unseen(semantic, node, reference.flags().is_value())) };
    let (op, at) = (graph.op(value), graph.insts[value.index()].at);
    let Some(symbol) = reference.symbol_id() else {
        let free = matches!(op, Op::Global { .. }) || (matches!(op, Op::Arguments { .. }) && id.name == "arguments");
        return (!free).then(|| format!("theirs is a global, ours {op:?}"));
    };
    let flags = scoping.symbol_flags(symbol);
    let declared = std::iter::once(scoping.symbol_span(symbol));
    let mut declared = declared.chain(scoping.symbol_redeclarations(symbol).iter().map(|again| again.span));
    let member = semantic.nodes().get_node(scoping.symbol_declaration(symbol)).span();
    match op {
        Op::Symbol { .. } if declared.any(|span| span.start == at) => None,
        // A member of an enum stands for its value.
        _ if flags.is_enum_member() && member.start <= at && at < member.end => None,
        Op::Global { .. } if flags.contains(SymbolFlags::Ambient) => Some("declared elsewhere".to_owned()),
        _ if semantic.nodes().ancestor_kinds(node.id()).any(|kind| matches!(kind, AstKind::TSTypeParameter(_))) => {
            Some("`typeof` in a type parameter".to_owned())
        }
        _ => Some(format!("theirs is {flags:?}, ours {op:?}")),
    }
}

/// A name that the lowering has not looked at.
fn unseen(semantic: &Semantic<'_>, node: &AstNode<'_>, is_value: bool) -> String {
    let mut around = semantic.nodes().ancestor_kinds(node.id());
    if around.any(|kind| matches!(kind, AstKind::JSXClosingElement(_))) {
        "a closing tag".to_owned()
    } else if is_value {
        "a value that was not seen".to_owned()
    } else {
        "a type that is not looked at".to_owned()
    }
}

#[test]
fn names_mean_what_the_second_witness_says() {
    let (files, installed) = corpus();
    let packages = tools::kept("witness");
    let (mut fixtures, mut installed_ones) = (Compared::default(), Compared::default());
    for path in &files {
        let compared = if path.starts_with(&packages) { &mut installed_ones } else { &mut fixtures };
        parsed(path, |program| compared.file(path, program));
    }
    for compared in [&fixtures, &installed_ones] {
        for (kind, places) in &compared.differences {
            let explained = EXPLAINED.iter().any(|(known, ..)| known == kind);
            assert!(explained, "{kind}, {} times:\n{}", places.len(), places[..places.len().min(9)].join("\n"));
        }
    }
    assert!(fixtures.files > 700 && fixtures.names > 5_000, "{} {}", fixtures.files, fixtures.names);
    if installed {
        assert!(installed_ones.files > 2_000 && installed_ones.names > 100_000, "{}", installed_ones.names);
        let count = |kind: &str| installed_ones.differences.get(kind).map_or(0, Vec::len);
        let found: Vec<_> = EXPLAINED.iter().map(|(kind, why, _)| (*kind, *why, count(kind))).collect();
        assert_eq!(found, EXPLAINED, "{} files, {} names", installed_ones.files, installed_ones.names);
    }
}

/// Of every file; and what is kept of it is small.
#[test]
fn graphs_come_out_as_they_were_packed() {
    let (files, _) = corpus();
    let (mut nodes, mut bytes) = (0, 0);
    let mut room = Room::default();
    for path in &files {
        parsed(path, |program| {
            let graph = lower(&[(program, 0)]);
            assert_eq!(room.lower(&[(program, 0)]), &graph, "{}: memory that was used before", path.display());
            let packed = Packed::of(&graph);
            assert!(packed.unpack() == Ok(graph), "{}", path.display());
            nodes += SemanticBuilder::new_linter().build(program).semantic.nodes().len();
            bytes += packed.len();
        });
    }
    assert!(nodes > 100_000 && bytes < 6 * nodes, "{bytes} bytes for {nodes} nodes");
}

/// The comparison sees a name that was bound to the wrong variable, and one that was left out.
#[test]
fn a_wrong_name_is_noticed() {
    let arena = Allocator::default();
    let text = "let a = 1; { let a = 2; use(a) } enum E { A = 1, B = A }";
    let program = Parser::new(&arena, text, SourceType::ts()).parse().program;
    let (graph, mut mentions) = lower_with_mentions(&[(&program, 0)]);
    let differences = |mentions: &[Mention]| {
        let mut compared = Compared::default();
        compared.compare(Path::new("a.ts"), &program, (&graph, mentions));
        compared.differences.into_values().flatten().collect::<Vec<_>>()
    };
    assert_eq!(differences(&mentions), Vec::<String>::new());
    let outer = graph.iter().find(|(_, op)| matches!(op, Op::Symbol { .. })).unwrap().0;
    let inner = mentions.iter_mut().find(|mention| mention.at == 28).unwrap();
    inner.value = outer;
    assert_eq!(differences(&mentions), ["a.ts:1 a"]);
    mentions.retain(|mention| mention.at == 28 || mention.at == 24);
    assert_eq!(differences(&mentions), ["a.ts:1 A", "a.ts:1 a"]);
}
