//! The cache of facts: what a run finds does not depend on it, whatever state it is in.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod project;
mod said;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use leaklint::apis::Apis;
use leaklint::cache::Cache;
use leaklint::facts::FileFacts;
use leaklint::source::Language;
use leaklint::walk::FileToRead;
use project::Project;
use said::Said;
use xxhash_rust::xxh3::xxh3_64;

const LEAK: &str = "const seen = new Map();\nexport function visit(req) {\n  seen.set(req.id, req);\n}\n";

/// A project of every kind of file: with findings, without, with a syntax error, with two scripts, allowed.
fn project() -> Project {
    let allowed = LEAK.replace("  seen.set", "  // leaklint-ignore unbounded-cache -- a test\n  seen.set");
    let vue = format!("<script>\n{LEAK}</script>\n<script setup>\nconst a = 1;\n</script>\n");
    Project::new(&[
        ("leak.js", LEAK),
        ("lib/leak.ts", LEAK),
        ("quiet.js", "export const a = 1;\n"),
        ("broken.js", "let = = ;"),
        ("allowed.js", &allowed),
        ("unused.js", "// leaklint-ignore unbounded-cache -- for nothing\nlet a = 1;\n"),
        ("two.vue", &vue),
        ("none.vue", "<template></template>\n"),
    ])
}

fn check(project: &Project, more: &[&str]) -> Said {
    project.check(&[&["--format", "json", "--min-confidence", "guess"], more].concat())
}

/// The files of the cache, with their bytes.
fn packs(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut packs: Vec<_> = entries
        .filter(|path| path.extension().is_some_and(|end| end == "facts"))
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect();
    packs.sort();
    packs
}

#[test]
fn what_is_found_does_not_depend_on_the_cache() {
    let project = project();
    let fresh = check(&project, &[]);
    assert!(fresh.out.contains("unbounded-cache") && fresh.out.contains("could not be parsed"), "{}", fresh.out);
    for _ in 0..3 {
        let cached = check(&project, &["--cache"]);
        assert_eq!((cached.code, &cached.out, &cached.err), (fresh.code, &fresh.out, &fresh.err));
    }
    let one = check(&project, &["--cache", "--threads", "1"]);
    assert_eq!(one.out, fresh.out);
}

#[test]
fn all_fixtures_are_the_same_from_the_cache() {
    let folder = tempfile::tempdir().unwrap();
    let run = |more: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_leaklint"));
        command.args(["check", "--format", "json", "--min-confidence", "guess", "fixtures"]).args(more);
        Said::from(command.current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap())
    };
    let fresh = run(&[]);
    assert!(fresh.out.matches("\"rule\"").count() > 100, "fixtures have findings");
    let folder = folder.path().to_str().unwrap();
    for _ in 0..2 {
        assert_eq!(run(&["--cache-dir", folder]).out, fresh.out);
    }
}

#[test]
fn a_second_run_reads_nothing_anew() {
    let project = project();
    let folder = project.path().join("kept");
    check(&project, &["--cache-dir", "kept"]);
    let first = packs(&folder);
    assert!(!first.is_empty());
    // What is asked for and not there is added: the files would be written again.
    for (path, _) in &first {
        fs::remove_file(path).unwrap();
    }
    check(&project, &["--cache-dir", "kept"]);
    assert_eq!(packs(&folder), first, "the same run writes the same bytes");
    let made = |path: &Path| fs::metadata(path).unwrap().modified().unwrap();
    let before: Vec<_> = first.iter().map(|(path, _)| made(path)).collect();
    std::thread::sleep(std::time::Duration::from_millis(20));
    check(&project, &["--cache-dir", "kept"]);
    let after: Vec<_> = first.iter().map(|(path, _)| made(path)).collect();
    assert_eq!(before, after, "nothing is written when all was there");
}

#[test]
fn standard_input_is_not_kept() {
    let project = project();
    let said = project.stdin(&["check", "-", "--cache", "--format", "concise"], LEAK.as_bytes());
    assert_eq!(said.code, 1);
    assert!(!project.path().join(".leaklint-cache").exists());
}

#[test]
fn a_changed_file_is_read_anew() {
    let project = project();
    check(&project, &["--cache"]);
    project.write("leak.js", b"export const a = 1;\n");
    project.write("quiet.js", LEAK.as_bytes());
    assert_eq!(check(&project, &["--cache"]).out, check(&project, &[]).out);
    fs::rename(project.path().join("quiet.js"), project.path().join("moved.js")).unwrap();
    assert_eq!(check(&project, &["--cache"]).out, check(&project, &[]).out);
}

#[test]
fn the_folder_is_where_one_expects_it() {
    let project = project();
    assert_eq!(check(&project, &[]).code, 1);
    assert!(!project.path().join(".leaklint-cache").exists(), "no cache unless asked for");
    check(&project, &["--cache"]);
    assert_eq!(fs::read_to_string(project.path().join(".leaklint-cache/.gitignore")).unwrap(), "*\n");
    fs::create_dir(project.path().join("node_modules")).unwrap();
    check(&project, &["--cache"]);
    assert!(!packs(&project.path().join("node_modules/.cache/leaklint")).is_empty());
    check(&project, &["--cache-dir", "deep/down"]);
    assert!(!packs(&project.path().join("deep/down")).is_empty());
}

#[test]
fn a_damaged_cache_is_told_of_and_replaced() {
    let project = project();
    let fresh = check(&project, &[]);
    let folder = project.path().join("kept");
    check(&project, &["--cache-dir", "kept"]);
    let whole = packs(&folder);
    let damages: [fn(&mut Vec<u8>); 5] = [
        Vec::clear,
        |bytes| bytes.truncate(bytes.len() / 2),
        |bytes| *bytes = b"something else".repeat(9),
        |bytes| bytes[20] ^= 1,
        |bytes| {
            let last = bytes.len() - 1;
            bytes[last] ^= 1;
        },
    ];
    for damage in damages {
        for (path, bytes) in &whole {
            let mut bytes = bytes.clone();
            damage(&mut bytes);
            fs::write(path, bytes).unwrap();
        }
        let said = project.check(&["--min-confidence", "guess", "--format", "concise", "--cache-dir", "kept"]);
        assert!(said.err.contains("kept: the cache was damaged: all files were analysed again"), "{}", said.err);
        assert_eq!(said.code, fresh.code);
        assert_eq!(packs(&folder), whole, "it is as good as new");
        assert_eq!(check(&project, &["--cache-dir", "kept"]).out, fresh.out);
    }
}

/// Facts that are none, behind a checksum that fits: they are not believed.
#[test]
fn facts_that_cannot_be_read_are_found_anew() {
    let project = project();
    let fresh = check(&project, &[]);
    check(&project, &["--cache-dir", "kept"]);
    for (path, mut bytes) in packs(&project.path().join("kept")) {
        let (head, tail) = (28 + 21 * u32::from_le_bytes(bytes[24..28].try_into().unwrap()) as usize, bytes.len() - 8);
        bytes[head..tail].fill(0xFF);
        let sum = xxh3_64(&bytes[..tail]).to_le_bytes();
        bytes[tail..].copy_from_slice(&sum);
        fs::write(path, bytes).unwrap();
    }
    assert_eq!(check(&project, &["--cache-dir", "kept"]).out, fresh.out);
}

#[test]
fn facts_of_another_version_are_replaced_without_a_word() {
    let project = project();
    let fresh = check(&project, &[]);
    let folder = project.path().join("kept");
    check(&project, &["--cache-dir", "kept"]);
    let ours = packs(&folder);
    for (path, bytes) in &ours {
        let mut bytes = bytes.clone();
        bytes[16] ^= 1;
        let tail = bytes.len() - 8;
        let sum = xxh3_64(&bytes[..tail]).to_le_bytes();
        bytes[tail..].copy_from_slice(&sum);
        fs::write(path, bytes).unwrap();
    }
    let said = check(&project, &["--cache-dir", "kept"]);
    assert_eq!((said.out, said.err), (fresh.out, fresh.err));
    assert_eq!(packs(&folder), ours);
}

#[test]
fn facts_made_by_other_rows_are_not_found() {
    let folder = tempfile::tempdir().unwrap();
    let file = FileToRead {
        path: PathBuf::from("a.js"),
        shown: "a.js".to_owned(),
        named: false,
        context: false,
        language: Language::JavaScript,
    };
    let cache = || Cache::new(folder.path().to_owned(), folder.path());
    let table = "library = 'x'\nversions = '1'\ndocs = 'https://example.com'\n[[type]]\nname = 'x.Thing'\nexported = ['Thing']\n";
    let (ours, others) = (Apis::built_in(), Apis::with_own(&[("x.toml", table)], &[]).unwrap());
    let first = cache();
    let key = first.key(b"let a = 1;", &file, ours);
    first.put(key, &[FileFacts::default()]);
    assert!(first.save().is_empty());
    let second = cache();
    let knows = |text: &[u8], file: &FileToRead, apis| second.get(second.key(text, file, apis)).is_some();
    assert!(knows(b"let a = 1;", &file, ours));
    assert!(!knows(b"let a = 1;", &file, others), "other rows");
    assert!(!knows(b"let a = 2;", &file, ours), "another text");
    // The path and the language say what a text means, and files that nobody asked about tell less.
    assert!(!knows(b"let a = 1;", &FileToRead { shown: "b.js".to_owned(), ..file.clone() }, ours));
    assert!(!knows(b"let a = 1;", &FileToRead { language: Language::TypeScript, ..file.clone() }, ours));
    assert!(!knows(b"let a = 1;", &FileToRead { context: true, ..file.clone() }, ours));
}

#[test]
fn runs_beside_each_other_do_no_harm() {
    let project = project();
    for number in 0..200 {
        project.write(&format!("many/{number}.js"), format!("{LEAK}// {number}\n").as_bytes());
    }
    let fresh = check(&project, &[]);
    let arguments = ["check", "--format", "json", "--min-confidence", "guess", "--cache-dir", "kept"];
    for _ in 0..3 {
        let start = || project.command(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let runs: Vec<_> = (0..4).map(|_| start()).collect();
        for run in runs {
            let said = Said::from(run.wait_with_output().unwrap());
            assert_eq!((said.code, &said.out, &said.err), (fresh.code, &fresh.out, &fresh.err));
        }
    }
    let left = fs::read_dir(project.path().join("kept")).unwrap().map(|entry| entry.unwrap().file_name());
    let left: Vec<_> = left.filter(|name| name.to_string_lossy().ends_with(".tmp")).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_folder_that_cannot_be_written_is_told_of() {
    let project = project();
    let fresh = check(&project, &[]);
    let said = project.check(&["--min-confidence", "guess", "--format", "concise", "--cache-dir", "leak.js/x"]);
    assert!(said.err.contains("leak.js/x: the cache could not be written ("), "{}", said.err);
    assert_eq!(said.code, fresh.code);
    let (_, report) = project.json(&["--min-confidence", "guess", "--cache-dir", "leak.js/x"]);
    let fresh: serde_json::Value = serde_json::from_str(&fresh.out).unwrap();
    assert_eq!(report["findings"], fresh["findings"]);
}

#[test]
fn runs_over_parts_keep_what_belongs_to_the_rest() {
    let project = project();
    let folder = project.path().join("kept");
    check(&project, &["--cache-dir", "kept"]);
    project.write("new.js", b"export const b = 1;\n");
    let part = check(&project, &["new.js", "leak.js", "--cache-dir", "kept"]);
    assert_eq!(part.out, check(&project, &["new.js", "leak.js"]).out);
    let before = packs(&folder);
    check(&project, &["--cache-dir", "kept"]);
    assert_eq!(packs(&folder), before, "all was there");
}
