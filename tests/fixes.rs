//! Fixes do no harm: what they write compiles, is used, and looks like the file around it; where an entry may be needed,
//! there is none.
//!
//! `tests/fixes/` has files in TypeScript that begin with `// fixes: <how many>`. The compiler judges them, and every
//! fixture, before and after.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod project;
mod said;
mod tools;
mod tree;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use leaklint::finding::{Confidence, Fix};
use leaklint::lint_text;
use project::Project;
use serde_json::Value;
use tools::kept;
use tree::{entries, name, root};

/// The edits of the first fix of each finding, and how many there are.
fn edits(path: &str, text: &str) -> (usize, Vec<(usize, usize, String)>) {
    let (findings, _) = lint_text(path, text, Confidence::Guess);
    let fixes: Vec<&Fix> = findings.iter().filter_map(|finding| finding.fixes.first()).collect();
    let all = fixes.iter().flat_map(|fix| &fix.edits);
    let mut edits: Vec<(usize, usize, String)> =
        all.map(|e| (e.span.start as usize, e.span.end as usize, e.text.clone())).collect();
    edits.sort();
    edits.dedup();
    (fixes.len(), edits)
}

fn applied(text: &str, edits: &[(usize, usize, String)]) -> String {
    let mut text = text.to_owned();
    for (start, end, new) in edits.iter().rev() {
        text.replace_range(*start..*end, new);
    }
    text
}

fn is_script(file: &Path) -> bool {
    file.extension().is_some_and(|e| ["ts", "tsx", "mjs", "cjs", "jsx", "js"].iter().any(|known| e == *known))
}

/// What the compiler says of two copies of each file, by file; `None` where there is no compiler.
fn judged(files: &[(String, String, String)]) -> Option<[BTreeMap<String, Vec<String>>; 2]> {
    let home = tools::typescript()?;
    let cases = kept("typescript").join("cases");
    let _turn = tools::turn();
    if cases.exists() {
        std::fs::remove_dir_all(&cases).unwrap();
    }
    for (path, before, after) in files {
        for (side, text) in [("before", before), ("after", after)] {
            let copy = cases.join(side).join(path);
            std::fs::create_dir_all(copy.parent().unwrap()).unwrap();
            std::fs::write(copy, text).unwrap();
        }
    }
    std::fs::write(home.join("tsconfig.json"), COMPILER).unwrap();
    let output = Command::new("node")
        .arg(home.join("node_modules/typescript/lib/tsc.js"))
        .args(["--pretty", "false", "-p"])
        .arg(home.join("tsconfig.json"))
        .current_dir(&home)
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    Some(["before", "after"].map(|side| {
        let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for line in said.lines().filter_map(|line| line.strip_prefix(&format!("cases/{side}/"))) {
            let (path, rest) = line.split_once('(').unwrap();
            let (_, complaint) = rest.split_once("): ").unwrap();
            all.entry(path.to_owned()).or_default().push(complaint.to_owned());
        }
        all
    }))
}

const COMPILER: &str = r#"{
  "compilerOptions": {
    "strict": true, "noEmit": true, "noUnusedLocals": true, "noImplicitReturns": true, "noImplicitOverride": true,
    "allowJs": true, "checkJs": true, "skipLibCheck": true, "target": "es2022", "lib": ["es2023", "dom", "dom.iterable"],
    "module": "esnext", "moduleResolution": "bundler", "moduleDetection": "force", "jsx": "react-jsx", "types": ["node"]
  },
  "include": ["cases"]
}"#;

/// What is not used, not known, or there twice.
const UNTYPED: [&str; 7] = ["TS6133", "TS6192", "TS6196", "TS2304", "TS2552", "TS2451", "TS2300"];

#[test]
fn what_is_fixed_compiles_as_before() {
    let mut files = Vec::new();
    let folders = entries(&root().join("fixtures"), "").into_iter().filter(|folder| folder.is_dir());
    let fixtures = folders.flat_map(|folder| entries(&folder, "")).filter(|file| name(file).starts_with("leak_"));
    let cases = entries(&root().join("tests/fixes"), "");
    for file in fixtures.chain(cases).filter(|file| is_script(file)) {
        let text = std::fs::read_to_string(&file).unwrap();
        let own = file.starts_with(root().join("tests/fixes"));
        // What a test leaves open is nobody's business: nothing in the path may say that this is one.
        let (count, edits) = edits(&format!("src/{}", name(&file)), &text);
        if own {
            let said = text.lines().next().and_then(|line| line.strip_prefix("// fixes: ")).unwrap();
            assert_eq!(count, said.parse::<usize>().unwrap(), "{}", file.display());
        } else if count == 0 {
            continue;
        }
        let path = format!("{}/{}", name(file.parent().unwrap()), name(&file));
        let fixed = applied(&text, &edits);
        files.push((path, text, fixed));
    }
    assert!(files.len() > 70, "{} files", files.len());
    let Some([before, after]) = judged(&files) else { return };
    // What JavaScript has for types is another matter.
    let counts = |path: &str, complaint: &&String| {
        let typed = path.rsplit('.').next().is_some_and(|ending| ending.starts_with("ts"));
        typed || UNTYPED.iter().any(|code| complaint.contains(code))
    };
    let mut wrong = Vec::new();
    for (path, _, fixed) in &files {
        let mut known = before.get(path).cloned().unwrap_or_default();
        if path.starts_with("fixes/") {
            assert!(known.is_empty(), "{path} does not compile before it is fixed: {known:?}");
        }
        for complaint in after.get(path).into_iter().flatten().filter(|said| counts(path, said)) {
            match known.iter().position(|k| k == complaint) {
                Some(at) => drop(known.swap_remove(at)),
                None => wrong.push(format!("{path}: {complaint}\n{fixed}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The whole file after the first fix of its only finding, in a project that depends on these.
fn fixed(path: &str, text: &str, dependencies: &str) -> String {
    let package = format!("{{\"name\":\"app\",\"dependencies\":{{{dependencies}}}}}");
    let project = Project::new(&[("package.json", &package), (path, text)]);
    let (_, said) = project.json(&["--min-confidence", "guess"]);
    let findings = said["findings"].as_array().unwrap();
    let fixes: Vec<&Value> = findings.iter().filter_map(|finding| finding["fixes"].get(0)).collect();
    let [fix] = fixes.as_slice() else { panic!("one fix is expected: {said:#}") };
    let at = |edit: &Value, end: &str| usize::try_from(edit[end]["offset"].as_u64().unwrap()).unwrap();
    let edits = fix["edits"].as_array().unwrap().iter();
    let mut edits: Vec<(usize, usize, String)> =
        edits.map(|e| (at(e, "start"), at(e, "end"), e["text"].as_str().unwrap().to_owned())).collect();
    edits.sort();
    applied(text, &edits)
}

/// What the help says, of the findings of a file.
fn helps(path: &str, text: &str) -> Vec<String> {
    let project = Project::new(&[(path, text)]);
    let (_, said) = project.json(&["--min-confidence", "guess"]);
    let findings = said["findings"].as_array().unwrap();
    findings.iter().map(|finding| finding["help"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn lines_are_written_as_the_file_is_written() {
    let text = "const fs = require(\"fs\")\r\n\r\nmodule.exports = (req, res) => {\r\n\tconst file = fs.createReadStream(\"a\")\r\n\t\
                file.pipe(res)\r\n}\r\n";
    let after = fixed("server.js", text, "");
    assert!(after.contains("\tfile.pipe(res)\r\n\tres.on(\"close\", () => file.destroy())\r\n}"), "{after}");
    // A comment stays with its line.
    let text = "const known = new Map()\n\nexport function f(k) {\n  if (known.has(k)) return known.get(k)\n  \
                const v = JSON.parse(k)\n  known.set(k, v) // slow\n  return v\n}\n";
    let after = fixed("a.mjs", text, "");
    let line = "  known.set(k, v) // slow\n  if (known.size > 1000) known.delete(known.keys().next().value)\n  return";
    assert!(after.contains(line), "{after}");
}

#[test]
fn an_lru_takes_the_place_of_a_map_in_javascript_only() {
    let text = "const known = new Map();\n\nexport function f(k) {\n  if (known.has(k)) return known.get(k);\n  \
                const v = JSON.parse(k);\n  known.set(k, v);\n  return v;\n}\n";
    let after = fixed("a.mjs", text, "\"lru-cache\":\"^11.0.0\"");
    assert!(after.contains("import { LRUCache } from 'lru-cache';\n"), "{after}");
    assert!(after.contains("const known = new LRUCache({ max: 1000 });"), "{after}");
    let typed = text.replace("f(k)", "f(k: string)");
    let after = fixed("a.ts", &typed, "\"lru-cache\":\"^11.0.0\"");
    assert!(after.contains("known.delete(known.keys().next().value!);"), "{after}");
    // The name is taken.
    let taken = format!("class LRUCache {{}}\n{text}");
    let after = fixed("a.mjs", &taken, "\"lru-cache\":\"^11.0.0\"");
    assert!(after.contains("known.delete(known.keys().next().value);"), "{after}");
}

#[test]
fn a_component_ends_by_the_hook_of_its_version() {
    let text = "<script>\nexport default {\n  mounted() {\n    window.addEventListener('resize', this.fit)\n  },\n  \
                methods: {\n    fit() {},\n  },\n}\n</script>\n";
    for (version, hook) in [("^3.4.0", "beforeUnmount"), ("^2.7.0", "beforeDestroy")] {
        let after = fixed("Panel.vue", text, &format!("\"vue\":\"{version}\""));
        let lines = format!("  {hook}() {{\n    window.removeEventListener('resize', this.fit)\n  }},\n  methods: {{");
        assert!(after.contains(&lines), "{after}");
    }
}

#[test]
fn listeners_of_a_vue_component_are_bound_already() {
    let text = "<script>\nexport default {\n  mounted() {\n    this.player.on('end', this.next.bind(this))\n  },\n  \
                beforeDestroy() {\n    this.player.off('end', this.next.bind(this))\n  },\n  methods: {\n    next() {},\n  \
                },\n}\n</script>\n";
    let after = fixed("Player.vue", text, "\"vue\":\"^2.7.0\"");
    assert!(after.contains("this.player.on('end', this.next)\n"), "{after}");
    assert!(after.contains("this.player.off('end', this.next)\n"), "{after}");
}

#[test]
fn a_removal_that_was_meant_for_it_is_put_right() {
    let text = "export class View {\n  constructor(bus) {\n    this.bus = bus;\n  }\n  mount() {\n    this.bus.on('a', this.onA);\n    \
                this.bus.on('b', this.onB);\n  }\n  unmount() {\n    this.bus.off('a', this.onA);\n    \
                this.bus.off('b', this.onA);\n  }\n  onA = () => {};\n  onB = () => {};\n}\n";
    let after = fixed("view.mjs", text, "");
    assert!(after.contains("this.bus.off('b', this.onB);\n  }"), "{after}");
}

#[test]
fn what_is_declared_further_down_is_not_named_above() {
    let text = std::fs::read_to_string(root().join("tests/fixes/handler_declared_later.tsx")).unwrap();
    let after = fixed("src/table.tsx", &text, "");
    let cleanup = "return () => {\n      window.removeEventListener('mouseup', onUp);\n      removeListeners();";
    assert!(after.contains(cleanup), "{after}");
}

#[test]
fn the_help_names_what_removes_it() {
    let said = helps(
        "a.vue",
        "<script>\nexport default {\n  created() {\n    this.$root.$on('x', () => this.f())\n  },\n  methods: { f() {} },\n}\n</script>\n",
    );
    assert!(said.iter().any(|help| help.contains("`this.$root.$off`")), "{said:?}");
    let said =
        helps("b.js", "import $ from 'jquery';\nexport function f() {\n  $(window).on('resize', () => g());\n}\n");
    assert!(said.iter().any(|help| help.contains("`$(window).off`")), "{said:?}");
    let said = helps(
        "c.js",
        "import * as dom from './dom.js';\nexport function f(g) {\n  dom.addListener(window, 'resize', () => g());\n}\n",
    );
    assert!(said.iter().all(|help| !help.contains("window.off")), "{said:?}");
    let said = helps(
        "d.ts",
        "import { bus } from './bus';\nexport function f(g: () => void) {\n  (bus as any).on('x', () => g());\n}\n",
    );
    assert!(said.iter().all(|help| !help.contains("any.off")), "{said:?}");
}

#[test]
fn an_object_that_grows_is_given_words_only() {
    let text = "const rows = {};\n\nexport function row(id) {\n  if (!rows[id]) rows[id] = JSON.parse(id);\n  return rows[id];\n}\n";
    let project = Project::new(&[("a.mjs", text)]);
    let (_, said) = project.json(&["--min-confidence", "guess"]);
    let finding = &said["findings"][0];
    assert_eq!(finding["fixes"].as_array().unwrap().len(), 0, "{said:#}");
    assert!(finding["help"].as_str().unwrap().starts_with("make `rows` a `Map`"), "{said:#}");
}

#[test]
fn nothing_is_evicted_that_may_be_needed() {
    let cases = [
        // Handed in, not computed.
        "const m = new Map();\nexport const add = (k, v) => { m.set(k, v); };\nexport const get = (k) => m.get(k);\n",
        // Gone through when all is over.
        "const m = new Map();\nexport function on(k) { if (!m.has(k)) { m.set(k, compute(k)); } return m.get(k); }\n\
         export function stop() { for (const v of m.values()) console.log(v); }\n",
        // Loaded with entries.
        "const m = new Map([['a', 1]]);\nexport function on(k) { if (!m.has(k)) { m.set(k, compute(k)); } return m.get(k); }\n",
        // Handles.
        "import fs from 'node:fs';\nconst m = new Map();\nexport function on(k) { if (!m.has(k)) { m.set(k, fs.watch(k)); } \
         return m.get(k); }\n",
        // Functions, timers, promises.
        "const m = new Map();\nexport function on(k) { if (!m.has(k)) { m.set(k, () => k); } return m.get(k); }\n",
        "const m = new Map();\nexport function on(k) { if (!m.has(k)) { m.set(k, setInterval(f, 9)); } return m.get(k); }\n",
        // Looked up elsewhere, where nothing computes it.
        "const m = new Map();\nexport function on(k) { if (!m.has(k)) { m.set(k, compute(k)); } return m.get(k); }\n\
         export function peek(k) { return m.get(k); }\n",
        // New each time.
        "import { randomUUID } from 'node:crypto';\nconst m = new Map();\nexport function on(k) { if (!m.has(k)) { \
         m.set(k, randomUUID()); } return m.get(k); }\n",
    ];
    // What is computed again is evicted.
    let memo =
        "const m = new Map();\nexport function on(k) { if (!m.has(k)) { m.set(k, compute(k)); } return m.get(k); }\n";
    let evicted = |text: &str| {
        let text = text.replace("{ ", "{\n  ").replace("; }", ";\n}");
        !edits("src/a.mjs", &text).1.is_empty()
    };
    assert!(evicted(memo));
    for text in cases {
        assert!(!evicted(text), "{text}");
    }
}

#[test]
fn agents_are_shown_the_edit_and_the_help_apart() {
    let text = "const m = new Map();\n\nexport function on(k) {\n  if (!m.has(k)) {\n    m.set(k, JSON.parse(k));\n  }\n  return m.get(k);\n}\n";
    let project = Project::new(&[("a.mjs", text)]);
    let said = project.run(&["check", "--format", "agent", "--min-confidence", "guess"]);
    let lines: Vec<&str> = said.out.lines().collect();
    assert!(lines[2].starts_with("  help: limit `m`"), "{}", said.out);
    assert_eq!(lines[3], "  fix: evict the oldest entry of `m` beyond 1,000");
    assert_eq!(lines[4], "    6 +     if (m.size > 1000) m.delete(m.keys().next().value);");
}

#[test]
fn each_case_says_how_many_fixes_it_has() {
    let cases: Vec<PathBuf> = entries(&root().join("tests/fixes"), "");
    assert!(cases.len() > 20, "{} cases", cases.len());
    for case in cases {
        let text = std::fs::read_to_string(&case).unwrap();
        assert!(text.starts_with("// fixes: "), "{}", case.display());
    }
}
