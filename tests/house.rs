//! The house rules and the invariants of the design, held by reading our own source.

mod tree;

use std::path::{Path, PathBuf};

use tree::{entries, name, root, shown};

/// A source file: path from the top, text.
struct File {
    path: String,
    text: String,
}

/// All text files below `folder`, without what is built, fetched or kept by git.
fn files(folder: &str) -> Vec<File> {
    let mut waiting = vec![root().join(folder)];
    let mut found = Vec::new();
    while let Some(path) = waiting.pop() {
        if ["target", ".git", "node_modules"].contains(&name(&path).as_str()) {
            continue;
        }
        if path.is_dir() {
            waiting.extend(entries(&path, ""));
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            found.push(File { path: shown(&path), text });
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn rust(folders: &[&str]) -> Vec<File> {
    folders
        .iter()
        .flat_map(|folder| files(folder))
        .filter(|file| Path::new(&file.path).extension().is_some_and(|e| e == "rs"))
        .collect()
}

/// Lines of code that contain `word`, comments left out.
fn mentions(file: &File, word: &str) -> Vec<String> {
    let lines = (1..).zip(file.text.lines());
    let code = lines.filter(|(_, line)| !line.trim_start().starts_with("//"));
    let hits = code.filter(|(_, line)| line.contains(word));
    hits.map(|(number, _)| format!("{}:{number}: mentions `{word}`", file.path)).collect()
}

fn none(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn files_open_with_their_purpose_and_stay_short() {
    let mut wrong = Vec::new();
    for file in rust(&["src", "rules", "tests"]) {
        if !file.text.starts_with("//! ") {
            wrong.push(format!("{}: does not open with `//!`", file.path));
        }
        let own_rule = file.path.starts_with("rules/") && !file.path.ends_with("/mod.rs");
        let most = if own_rule { 120 } else { 500 };
        let lines = file.text.lines().count();
        if lines > most {
            wrong.push(format!("{}: {lines} lines, the most is {most}", file.path));
        }
    }
    none(&wrong);
}

#[test]
fn functions_stay_short() {
    // Clippy counts; here we see to it that it is told to.
    let clippy = std::fs::read_to_string(root().join(".clippy.toml")).unwrap();
    assert!(clippy.contains("too-many-lines-threshold = 60"), "functions have at most 60 lines");
    assert!(clippy.contains("too-many-arguments-threshold = 4"), "functions have at most 4 parameters");
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    assert!(manifest.contains(r#"pedantic = { level = "warn""#), "pedantic holds `too_many_lines`");
    assert!(manifest.contains(r#"unsafe_code = "forbid""#), "no unsafe code");
    let allowed = rust(&["src", "rules"]).iter().flat_map(|file| mentions(file, "too_many_lines")).collect::<Vec<_>>();
    none(&allowed);
}

#[test]
fn the_syntax_tree_stays_below_the_facts() {
    let lowers = |path: &str| path.starts_with("src/lower");
    let below = |path: &str| path.starts_with("src/facts") || path.starts_with("src/source") || path == "src/lib.rs";
    let above = rust(&["src", "rules"]).into_iter().filter(|file| !below(&file.path) && !lowers(&file.path));
    none(&above.flat_map(|file| mentions(&file, "oxc_ast")).collect::<Vec<_>>());
    let tree = rust(&["src"]).into_iter().filter(|file| lowers(&file.path) && !mentions(file, "oxc_ast").is_empty());
    assert!(tree.count() <= 12, "the engine knows the syntax tree in at most 12 files");
}

#[test]
fn rules_neither_read_files_nor_print_nor_look_at_the_configuration() {
    let mut wrong = Vec::new();
    for file in rust(&["rules"]) {
        for word in ["std::fs", "println!", "print!", "dbg!", "crate::config", "crate::args", "crate::report"] {
            wrong.extend(mentions(&file, word));
        }
    }
    none(&wrong);
}

/// What is opened elsewhere may be a pipe or a device, and have no end.
#[test]
fn files_are_read_through_one_door() {
    // The door; and what overwrites a file and must be able to put it back.
    let doors = ["src/source.rs", "src/write.rs"];
    let words = ["fs::read(", "fs::read)", "fs::read_to_string", "File::open", "FileSystemOs::read(", ".read(true)"];
    let mut wrong = Vec::new();
    for mut file in rust(&["src", "rules"]).into_iter().filter(|file| !doors.contains(&file.path.as_str())) {
        file.text.truncate(file.text.find("#[cfg(test)]").unwrap_or(file.text.len()));
        wrong.extend(words.iter().chain(&["FileSystemOs::read_to_string"]).flat_map(|word| mentions(&file, word)));
    }
    none(&wrong);
}

#[test]
fn formats_are_known_to_printers_only() {
    let mut wrong = Vec::new();
    for file in rust(&["src", "rules"]) {
        if file.path != "src/report/pretty.rs" {
            wrong.extend(mentions(&file, "miette"));
        }
        if file.path == "src/finding.rs" {
            for word in ["json", "sarif", "junit", "gitlab", "anstream", "println"] {
                wrong.extend(mentions(&file, word));
            }
        }
    }
    none(&wrong);
}

#[test]
fn notes_to_do_have_a_number() {
    let word = concat!("TO", "DO");
    let numbered = |line: &str| line.split('#').skip(1).any(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let mut wrong = Vec::new();
    for file in files("") {
        for (number, line) in (1..).zip(file.text.lines()) {
            if line.contains(word) && !numbered(line) {
                wrong.push(format!("{}:{number}: {word} without an issue number", file.path));
            }
        }
    }
    // Documents may speak of the rule itself.
    wrong.retain(|line| !line.contains(".md:"));
    none(&wrong);
}

#[test]
fn no_path_of_one_machine() {
    let places = [concat!("/wo", "rk/"), concat!("/tmp", "/wt"), concat!("/ro", "ot/"), concat!("/ho", "me/")];
    let mut wrong = Vec::new();
    for file in files("") {
        for (number, line) in (1..).zip(file.text.lines()) {
            if places.iter().any(|place| is_absolute(line, place)) {
                wrong.push(format!("{}:{number}: a path of one machine", file.path));
            }
        }
    }
    none(&wrong);
}

/// The place stands at the start of a path, not inside a longer one or an address.
fn is_absolute(line: &str, place: &str) -> bool {
    let inside = |c: char| c.is_alphanumeric() || "._-~*".contains(c);
    line.match_indices(place).any(|(at, _)| !line[..at].ends_with(inside))
}

#[test]
fn crates_come_from_the_registry() {
    let mut wrong = Vec::new();
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    wrong.extend(manifest.lines().filter(|line| line.contains("git = ")).map(str::to_string));
    let lock = std::fs::read_to_string(root().join("Cargo.lock")).unwrap();
    wrong.extend(lock.lines().filter(|line| line.contains("git+")).map(str::to_string));
    none(&wrong);
}

#[test]
fn no_drawer_for_odds_and_ends() {
    let mut waiting: Vec<PathBuf> = ["src", "rules", "tests"].iter().map(|folder| root().join(folder)).collect();
    let mut wrong = Vec::new();
    while let Some(path) = waiting.pop() {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if ["utils", "util", "helpers", "helper", "common", "manager", "misc"].contains(&stem.as_str()) {
            wrong.push(format!("{}: name it by what it is about", shown(&path)));
        }
        waiting.extend(entries(&path, ""));
    }
    none(&wrong);
}
