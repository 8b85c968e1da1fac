//! What ignore files say is what git says of them, and which of them wins where they disagree.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod project;
mod repository;
mod said;

use std::process::Command;

use project::Project;
use repository::git;

/// The files that would be read.
fn shown(project: &Project, paths: &[&str]) -> Vec<String> {
    let said = project.run(&[&["check", "--show-files"], paths].concat());
    assert_eq!(said.code, 0, "{}", said.err);
    said.out.lines().map(str::to_owned).collect()
}

/// Ignore files, and what is read then.
type Case<'c> = (&'c [(&'c str, &'c str)], &'c [&'c str]);

#[test]
fn the_nearest_file_wins_and_our_own_over_those_of_others() {
    let cases: [Case; 12] = [
        (&[(".gitignore", "a.js\n")], &["b.js", "x/b.js"]),
        (&[(".gitignore", "/a.js\n")], &["b.js", "x/a.js", "x/b.js"]),
        (&[(".gitignore", "*.js\n!b.js\n")], &["b.js", "x/b.js"]),
        (&[(".gitignore", "*.js\n"), ("x/.gitignore", "!a.js\n")], &["x/a.js"]),
        // What is in an ignored folder stays ignored.
        (&[(".gitignore", "x/\n"), ("x/.gitignore", "!a.js\n")], &["a.js", "b.js"]),
        (&[(".gitignore", "x/*\n!x/a.js\n")], &["a.js", "b.js", "x/a.js"]),
        (&[(".git/info/exclude", "a.js\n")], &["b.js", "x/b.js"]),
        (&[(".git/info/exclude", "*.js\n"), (".gitignore", "!a.js\n")], &["a.js", "x/a.js"]),
        (&[(".gitignore", "*.js\n"), (".ignore", "!a.js\n")], &["a.js", "x/a.js"]),
        (&[(".ignore", "*.js\n"), (".leaklintignore", "!a.js\n")], &["a.js", "x/a.js"]),
        // The kind of file decides before the folder does.
        (&[(".leaklintignore", "a.js\n"), ("x/.gitignore", "!a.js\n")], &["b.js", "x/b.js"]),
        (&[(".gitignore", "!.h.js\n# a.js\n\\#.js\na.js  \r\n")], &[".h.js", "b.js", "x/b.js"]),
    ];
    for (files, expected) in cases {
        let project = Project::new(&[("a.js", ""), ("b.js", ""), (".h.js", ""), ("x/a.js", ""), ("x/b.js", "")]);
        for (path, text) in files {
            project.write(path, text.as_bytes());
        }
        assert_eq!(shown(&project, &[]), expected, "{files:?}");
        assert_eq!(shown(&project, &["."]), expected, "{files:?}");
        let below: Vec<&str> = expected.iter().copied().filter(|path| path.starts_with("x/")).collect();
        // A folder that is named is read, whatever the files above say of it.
        if !files.iter().any(|(_, text)| *text == "x/\n") {
            assert_eq!(shown(&project, &["x", ".", "./x"]), expected, "{files:?}");
            assert_eq!(shown(&project, &["x"]), below, "{files:?}");
        }
    }
}

/// A generator of numbers that are always the same.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

const PATTERNS: [&str; 24] = [
    "a.js",
    "*.js",
    "!a.js",
    "/a.js",
    "b/",
    "!b/",
    "lib/**",
    "**/c",
    "a/*.js",
    "!lib/a.js",
    "/*",
    "!*/",
    "!*.js",
    "[ab].js",
    "b.*",
    "# c",
    "\\!x",
    "a/**/b.js",
    "/lib",
    "c/a.js ",
    "!/b/a.js",
    "c/**/",
    "lib?",
    "[!a].js",
];

fn tree(numbers: &mut Numbers, project: &Project, folder: &str, depth: u32) {
    for name in ["a", "b", "c", "lib", "x.y"] {
        if numbers.below(10) < 6 {
            project.write(&format!("{folder}{name}.js"), b"");
        }
        if depth < 3 && numbers.below(10) < 4 {
            tree(numbers, project, &format!("{folder}{name}/"), depth + 1);
        }
    }
    let list = |numbers: &mut Numbers| {
        let count = 1 + numbers.below(4);
        let lines: Vec<&str> =
            (0..count).map(|_| PATTERNS[usize::try_from(numbers.below(PATTERNS.len() as u64)).unwrap()]).collect();
        lines.join("\n")
    };
    if numbers.below(10) < 4 {
        project.write(&format!("{folder}.gitignore"), list(numbers).as_bytes());
    }
    if folder.is_empty() {
        project.write(".git/info/exclude", list(numbers).as_bytes());
    }
}

#[test]
fn git_reads_the_same_files() {
    for seed in 0..60 {
        let project = Project::new(&[]);
        git(project.path(), &["init", "--quiet"]);
        tree(&mut Numbers(seed), &project, "", 0);
        let mut asked = Command::new("git");
        asked.args(["ls-files", "--others", "--exclude-standard"]).current_dir(project.path());
        asked.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1").env("HOME", "/nonexistent");
        let said = String::from_utf8(asked.output().unwrap().stdout).unwrap();
        let mut expected: Vec<&str> = said.lines().filter(|path| !path.ends_with(".gitignore")).collect();
        expected.sort_unstable();
        assert_eq!(shown(&project, &[]), expected, "seed {seed}");
    }
}
