//! What a user types and sees: exit codes, streams, formats, and bad input of every kind.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod project;
mod said;

use std::fs;
use std::process::Stdio;

use project::Project;
use serde_json::Value;

fn message(report: &Value) -> &str {
    report["notices"][0]["message"].as_str().unwrap()
}

#[test]
fn documented_commands() {
    trycmd::TestCases::new().case("tests/cmd/*.toml");
}

#[test]
fn a_clean_run_says_so() {
    let said = Project::new(&[("a.js", "export const a = 1;\n")]).check(&[]);
    assert_eq!((said.code, said.out.as_str()), (0, ""));
    assert!(said.err.starts_with("no leaks found in 1 file ("), "{}", said.err);
}

#[test]
fn quiet_says_nothing() {
    let said = Project::new(&[("a.js", "1;\n")]).check(&["--quiet"]);
    assert_eq!((said.code, said.out.as_str(), said.err.as_str()), (0, "", ""));
}

#[test]
fn nothing_to_read_is_a_note_or_an_error() {
    let project = Project::new(&[("a.txt", "")]);
    assert_eq!(project.check(&[]).code, 0);
    assert!(project.check(&[]).err.contains("no files to check"));
    assert_eq!(project.check(&["--error-on-unmatched"]).code, 2);
    assert!(project.check(&["a.txt"]).err.contains("a.txt: unsupported file type"));
}

#[test]
fn a_missing_path_fails_and_the_rest_is_read() {
    let project = Project::new(&[("a.js", "let = = ;")]);
    let (code, report) = project.json(&["gone.js", "a.js"]);
    assert_eq!(code, 2);
    assert_eq!(report["summary"]["files"], 1);
    assert_eq!(report["notices"][0]["path"], "a.js");
    assert_eq!(report["notices"][1]["message"], "no such file or folder");
}

#[test]
fn a_syntax_error_is_located_and_is_no_failure() {
    let project = Project::new(&[("bad.js", "let a = 1;\n  let = = ;"), ("good.js", "1;")]);
    let (code, report) = project.json(&[]);
    assert_eq!(code, 1);
    assert_eq!(report["summary"]["files"], 2);
    assert_eq!(report["notices"][0]["start"]["line"], 2);
    let said = project.check(&[]);
    assert!(said.err.contains("error: bad.js:2:"), "{}", said.err);
    assert!(said.err.contains("let = = ;"), "{}", said.err);
    assert_eq!(project.check(&["--exit-zero"]).code, 0);
}

#[test]
fn only_the_first_errors_are_told() {
    let (code, report) = Project::new(&[("a.js", &"let 1;\n".repeat(500))]).json(&[]);
    assert_eq!(code, 1);
    assert!(report["notices"].as_array().unwrap().len() <= 4);
}

#[test]
fn the_shape_of_json() {
    let (_, report) = Project::new(&[("a.js", "")]).json(&[]);
    let fields = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(fields(&report["summary"]).len(), 5);
    assert_eq!(report["version"], 1);
    let out = Project::new(&[("a.js", "")]).run(&["check", "--format", "json"]).out;
    assert_eq!(
        out,
        "{\"version\":1,\"summary\":{\"files\":1,\"findings\":0,\"errors\":0,\"warnings\":0,\"notices\":0},\
         \"findings\":[],\"notices\":[]}\n"
    );
}

#[test]
fn other_encodings_fail_by_name() {
    let project = Project::new(&[]);
    project.write("latin1.js", b"var caf\xE9 = 1;");
    let (code, report) = project.json(&[]);
    assert_eq!((code, message(&report)), (2, "not UTF-8: byte 0xE9 at offset 7 (line 1)"));

    let project = Project::new(&[]);
    project.write("wide.js", b"\xFF\xFEa\0;\0");
    assert!(message(&project.json(&[]).1).contains("UTF-16 (little endian)"));
}

#[test]
fn binary_files_are_noted_or_refused() {
    let project = Project::new(&[]);
    project.write("a.js", b"\x7FELF\0\0\xFF\xFE");
    assert_eq!(project.json(&[]).0, 0);
    assert_eq!(project.json(&["a.js"]).0, 2);
}

#[test]
fn empty_files_and_odd_names_are_fine() {
    let project = Project::new(&[("empty.js", ""), ("x.js/inner.js", "1;"), (" a [b].ts", "let a: number")]);
    let (code, report) = project.json(&[]);
    assert_eq!((code, &report["summary"]["files"]), (0, &Value::from(3)));
}

#[cfg(unix)]
#[test]
fn links_that_lead_nowhere() {
    let project = Project::new(&[("a.js", "1;")]);
    std::os::unix::fs::symlink("gone.js", project.path().join("link.js")).unwrap();
    let (code, report) = project.json(&[]);
    assert_eq!(code, 0);
    assert!(message(&report).contains("broken symbolic link"));
    assert_eq!(project.json(&["link.js"]).0, 2);
}

#[cfg(unix)]
#[test]
fn unreadable_files_fail() {
    use std::os::unix::fs::PermissionsExt;
    let project = Project::new(&[("a.js", "1;")]);
    let path = project.path().join("a.js");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(&path).is_ok() {
        // Root reads everything.
        return;
    }
    let (code, report) = project.json(&[]);
    assert_eq!((code, message(&report)), (2, "could not be read: permission denied"));
}

#[test]
fn ignored_folders_are_read_when_named() {
    let project = Project::new(&[
        ("src/a.js", ""),
        ("node_modules/b/b.js", ""),
        ("dist/c.js", ""),
        ("d.min.js", ""),
        ("e.d.ts", ""),
        ("secret/f.js", ""),
        ("drafts/g.js", ""),
        (".gitignore", "secret/\n"),
        (".leaklintignore", "drafts\n"),
    ]);
    let files = |paths: &[&str]| project.json(paths).1["summary"]["files"].as_u64().unwrap();
    assert_eq!(files(&[]), 1);
    assert_eq!(files(&["dist"]), 1);
    assert_eq!(files(&["d.min.js", "secret/f.js", "node_modules"]), 3);
    assert_eq!(files(&["--no-ignore"]), 6);
    assert_eq!(files(&["src", "src/a.js", "./src/../src"]), 1);
}

#[test]
fn ten_megabytes_on_one_line() {
    let line = "function a(b,c){var d=b+c;return d?e(d):f(b,c)};".repeat((10 << 20) / 48);
    // Nobody writes such a line: it is read when it is named, up to a size.
    let project = Project::new(&[("a.js", &line), ("b.js", &line[..48 * 80_000])]);
    let (code, report) = project.json(&["b.js"]);
    assert_eq!((code, &report["summary"]["notices"]), (0, &Value::from(0)));
    let (code, report) = project.json(&["a.js"]);
    assert_eq!((code, &report["summary"]["files"]), (0, &Value::from(0)));
    assert!(message(&report).starts_with("minified code of 10"), "{report}");
    let (code, report) = project.json(&["a.js", "--no-ignore"]);
    assert_eq!((code, &report["summary"]["notices"]), (0, &Value::from(0)));
}

#[test]
fn too_large_files_are_passed_over_with_a_note() {
    let project = Project::new(&[("a.js", "let answer = 42;")]);
    let (code, report) = project.json(&["--max-size", "8"]);
    assert_eq!((code, &report["summary"]["files"]), (0, &Value::from(0)));
    assert!(message(&report).starts_with("too large: 16 bytes"));
}

#[test]
fn deep_nesting_is_read_or_refused() {
    for (depth, expected) in [(5_000, 0), (50_000, 2)] {
        let text = format!("{}1{}", "(".repeat(depth), ")".repeat(depth));
        let (code, report) = Project::new(&[("a.js", &text), ("b.js", "1;")]).json(&[]);
        assert_eq!(code, expected);
        assert_eq!(report["summary"]["files"], 2);
        if expected == 2 {
            assert!(message(&report).starts_with("nested too deep: 50000 levels"));
        }
    }
}

#[test]
fn long_chains_are_read() {
    let chains = [
        format!("x = {}1", "1 + ".repeat(10_000)),
        format!("p{}", ".then(f)".repeat(10_000)),
        format!("a{}", "?.b".repeat(10_000)),
        format!("{};", "if (a) b(); else ".repeat(5_000)),
        format!("x = {}1", "!".repeat(5_000)),
    ];
    for chain in &chains {
        let (code, report) = Project::new(&[("a.js", chain)]).json(&["a.js"]);
        assert_eq!((code, &report["summary"]["files"]), (0, &Value::from(1)), "{}", &chain[..40]);
        assert_eq!(&report["summary"]["notices"], &Value::from(0), "{}", &chain[..40]);
    }
}

#[test]
fn sloppy_scripts_jsx_and_typescript_in_js() {
    let legal = [
        ("a.js", "with (a) { b } var await = 1; if (c) return;"),
        ("b.js", "export const A = () => <p>{1}</p>;"),
        ("c.cjs", "return 1;"),
        ("d.js", "#!/usr/bin/env node\n'use strict'; await import('x'); export {};"),
    ];
    let (code, report) = Project::new(&legal).json(&[]);
    assert_eq!(code, 0, "{report}");
    assert_eq!(report["summary"]["notices"], 0, "{report}");
    let (code, report) = Project::new(&[("a.js", "let a: number = 1;")]).json(&[]);
    assert_eq!(code, 0);
    assert!(message(&report).contains("read as TypeScript"));
}

#[test]
fn flow_and_conflicts_are_named() {
    let (code, report) = Project::new(&[("a.js", "// @flow\nopaque type A = {| +x: ?number |};")]).json(&[]);
    assert_eq!((code, message(&report)), (0, "Flow is not supported: not checked"));
    let conflict = "a;\n<<<<<<< HEAD\nb;\n=======\nc;\n>>>>>>> x\n";
    let (code, report) = Project::new(&[("a.js", conflict)]).json(&[]);
    assert_eq!(code, 1);
    assert!(message(&report).contains("merge conflict markers (ours from line 2, theirs from line 4 to 6)"));
}

#[test]
fn component_files_have_their_own_lines() {
    let text = "<template>\n  <p>'<script>'</p>\n</template>\n<script lang=\"ts\">\nlet = = ;\n</script>\n";
    let (code, report) = Project::new(&[("a.vue", text)]).json(&[]);
    assert_eq!(code, 1);
    assert_eq!(report["notices"][0]["start"]["line"], 5);
}

#[test]
fn standard_input() {
    let project = Project::new(&[]);
    assert_eq!(project.stdin(&["check", "-"], b"let a = 1;").code, 0);
    let said = project.stdin(&["check", "--format", "json", "--stdin-filename", "src/a.ts"], b"let = = 1;");
    assert_eq!(said.code, 1);
    assert!(said.out.contains("\"path\":\"src/a.ts\""));
    let said = project.stdin(&["check", "-"], b"let a = '\xFF';");
    assert_eq!(said.code, 2);
    assert!(said.err.contains("<stdin>: not UTF-8"), "{}", said.err);
    assert_eq!(project.check(&["--stdin-filename", "a.js", "b"]).code, 2);
}

#[test]
fn useless_allows_are_reported() {
    let text = "// leaklint-ignore\n// leaklint-ignore no-such-rule -- why\nconst a = '// leaklint-ignore x';\n";
    let (code, report) = Project::new(&[("a.js", text)]).json(&[]);
    assert_eq!(code, 0);
    let said: Vec<&str> =
        report["notices"].as_array().unwrap().iter().map(|n| n["message"].as_str().unwrap()).collect();
    assert_eq!(said.len(), 2);
    assert!(said[0].starts_with("this comment has no effect"));
    assert!(said[1].starts_with("unknown rule `no-such-rule`"));
}

#[test]
fn colours_follow_the_environment() {
    let project = Project::new(&[("bad.js", "let = ;")]);
    let escapes = |variables: &[(&str, &str)], flag: &[&str]| {
        let mut command = project.command(&[&["check"], flag].concat());
        let output = command.envs(variables.iter().copied()).output().unwrap();
        output.stderr.contains(&0x1B)
    };
    assert!(!escapes(&[], &[]));
    assert!(escapes(&[("FORCE_COLOR", "1")], &[]));
    assert!(!escapes(&[("FORCE_COLOR", "1"), ("NO_COLOR", "1")], &[]));
    assert!(escapes(&[("NO_COLOR", "1")], &["--color", "always"]));
    assert!(!escapes(&[("FORCE_COLOR", "1")], &["--color", "never"]));
}

#[test]
fn dumb_terminals_get_ascii() {
    let project = Project::new(&[("bad.js", "let é = = ;")]);
    let output = project.command(&["check"]).env("TERM", "dumb").output().unwrap();
    assert!(output.stderr.is_ascii(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn control_characters_stay_out_of_the_terminal() {
    let project = Project::new(&[("a\u{1b}[31m.js", "let = = '\u{1b}[2J\u{202e}';")]);
    let said = project.check(&[]);
    assert!(said.err.contains("␛"), "{}", said.err);
    assert!(!said.err.contains(['\u{1b}', '\u{202e}']));
}

#[test]
fn threads_change_nothing() {
    let files: Vec<(String, String)> =
        (0..60).map(|i| (format!("d{}/f{i}.js", i % 7), format!("let a{i} = ;\n").repeat(i % 5))).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    let project = Project::new(&files);
    let one = project.run(&["check", "--format", "json", "--threads", "1"]);
    for _ in 0..5 {
        assert_eq!(project.run(&["check", "--format", "json", "--threads", "4"]).out, one.out);
    }
    let absolute = project.path().canonicalize().unwrap();
    assert_eq!(project.run(&["check", "--format", "json", absolute.to_str().unwrap()]).out, one.out);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said_and_a_closed_pipe_is_not() {
    let project = Project::new(&[("a.js", "1;")]);
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = project.command(&["check", "--format", "json"]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("standard output"));

    let mut child = project.command(&["check", "--format", "json"]).stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_command_left_out_is_asked_for() {
    let project = Project::new(&[("src/a b.js", "1;\n"), ("checks/a.js", "1;\n")]);
    let cases: [(&[&str], &str); 7] = [
        (&["src"], "there is no command `src`: did you mean `leaklint check src`?"),
        (&["./src", "--format", "json"], "did you mean `leaklint check ./src --format json`?"),
        (&["."], "did you mean `leaklint check .`?"),
        (&["src/a b.js"], "did you mean `leaklint check 'src/a b.js'`?"),
        // A slip of the pen, unless there is such a path.
        (&["checks"], "did you mean `leaklint check checks`?"),
        (&["--staged"], "there is no option `--staged`: did you mean `leaklint check --staged`?"),
        (&["gone.js"], "did you mean `leaklint check gone.js`?"),
    ];
    for (arguments, expected) in cases {
        let said = project.run(arguments);
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{arguments:?}");
        assert!(said.err.contains(expected), "{arguments:?}: {}", said.err);
    }
    for (arguments, expected) in [(&["chek", "src"][..], "'check'"), (&["src", "--colour"], "unrecognized subcommand")]
    {
        let said = project.run(arguments);
        assert!(said.code == 2 && said.err.contains(expected), "{arguments:?}: {}", said.err);
    }
}

#[test]
fn help_is_a_command_too() {
    let project = Project::new(&[]);
    assert_eq!(project.run(&["help"]).out, project.run(&["--help"]).out);
    for name in ["check", "explain", "rules", "init", "config", "schema", "completions", "man"] {
        let said = project.run(&["help", name]);
        assert_eq!((said.code, said.out), (0, project.run(&[name, "--help"]).out), "{name}");
    }
    assert_eq!(project.run(&["help", "nothing"]).code, 2);
}

#[test]
fn who_asks_for_fixes_hears_what_there_is() {
    let project = Project::new(&[("a.js", "1;\n")]);
    for option in
        ["--fix", "--fix-dry-run", "--fix-only", "--fix-suggestions", "--unsafe-fixes", "--write", "--fix=all"]
    {
        for arguments in [&["check", option][..], &["check", "a.js", option], &[option], &["a.js", option]] {
            let said = project.run(arguments);
            assert_eq!((said.code, said.out.as_str()), (2, ""), "{arguments:?}");
            let name = option.split('=').next().unwrap();
            assert!(said.err.starts_with(&format!("error: `{name}` is not there yet")), "{arguments:?}: {}", said.err);
            assert!(said.err.contains("`fix:`") && said.err.contains("`fixes`"), "{}", said.err);
        }
    }
}
