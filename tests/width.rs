//! The long form fits the width at hand: lines break between words, code is cut around its marks, paths stick out.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod project;
mod said;

use std::path::Path;
use std::process::Command;

use project::Project;
use said::Said;
use unicode_width::UnicodeWidthStr;

/// Marks far to the right, in wide characters, and names that are longer than some lines.
const WIDE: &str = "import http from 'node:http';
const 会話ごとの記録 = new Map();
/* 😀😀😀 é */ http.createServer((req, res) => { /* 中文字中文字中文字中文字中文字中文字中文字 */ 会話ごとの記録.set(req.url, '漢字漢字漢字漢字漢字漢字漢字'); res.end(String(会話ごとの記録.get(req.url))); });
";
const LONG: &str = "import http from 'node:http';
const theRegistryOfEverythingThatWasEverAskedForSinceTheProcessBegan = new Map();
\t\t\t\t\t\t\t\t\thttp.createServer((req, res) => { theRegistryOfEverythingThatWasEverAskedForSinceTheProcessBegan.set(req.url, 1); });
";

fn project() -> Project {
    let mut files = vec![("wide.mjs".to_owned(), WIDE.to_owned()), ("long.mjs".to_owned(), LONG.to_owned())];
    files.push(("broken.js".to_owned(), format!("/* {} */ let = = 2;\n", "長い".repeat(200))));
    let routes = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/express-leak/src/routes");
    for name in ["orders.js", "events.js", "reports.js"] {
        files.push((format!("routes/{name}"), std::fs::read_to_string(routes.join(name)).unwrap()));
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    Project::new(&files)
}

/// Both outputs, with these variables set.
fn shown(project: &Project, arguments: &[&str], variables: &[(&str, &str)]) -> String {
    let mut command = project.command(&[&["check", "--min-confidence", "guess"], arguments].concat());
    let said = Said::from(command.envs(variables.iter().copied()).output().unwrap());
    assert_eq!(said.code, 1, "{}", said.err);
    let summary = said.err.lines().last().unwrap().len() + 1;
    said.out + &said.err[..said.err.len() - summary]
}

/// What is drawn around words: frames, hooks, underlines.
fn is_drawn(c: char) -> bool {
    "─│┤┬╭╰·▲,-|`:".contains(c)
}

/// Lines that are wider than this and could have been broken.
fn too_wide(text: &str, width: usize) -> Vec<&str> {
    let is_too_wide = |line: &&str| {
        let words = line.trim_start_matches(|c: char| c == ' ' || is_drawn(c) || c.is_ascii_digit());
        line.width() > width && words.contains(' ')
    };
    text.lines().filter(is_too_wide).collect()
}

#[test]
fn nothing_is_wider_than_the_terminal() {
    let project = project();
    for width in [40, 60, 72, 80, 100, 132, 400] {
        let columns = width.to_string();
        for locale in ["C.UTF-8", "C"] {
            let text = shown(&project, &[], &[("COLUMNS", columns.as_str()), ("LC_ALL", locale)]);
            let wide = too_wide(&text, width);
            assert!(wide.is_empty(), "wider than {width}:\n{}\nin\n{text}", wide.join("\n"));
            assert_eq!(text.is_ascii(), locale == "C");
        }
    }
}

/// Words with one space between them, without what is drawn.
fn words(text: &str) -> String {
    let undrawn: String = text.chars().map(|c| if "│┤╰─·┬".contains(c) { ' ' } else { c }).collect();
    undrawn.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn no_word_is_broken_and_none_is_lost() {
    let project = project();
    let (_, report) = project.json(&["--min-confidence", "guess"]);
    let mut said = Vec::new();
    for finding in report["findings"].as_array().unwrap() {
        said.extend([&finding["message"], &finding["help"], &finding["fixes"][0]["title"]]);
        said.extend(finding["labels"].as_array().unwrap().iter().map(|label| &label["text"]));
    }
    said.extend(report["notices"].as_array().unwrap().iter().map(|notice| &notice["message"]));
    let said: Vec<&str> = said.into_iter().filter_map(|text| text.as_str()).collect();
    assert!(said.len() > 20);
    for width in ["40", "60", "80", "100"] {
        let text = words(&shown(&project, &[], &[("COLUMNS", width)]));
        for one in &said {
            assert!(text.contains(&words(one)), "at {width}: not {one}\nin {text}");
        }
    }
}

#[test]
fn colours_change_nothing_else() {
    let project = project();
    for width in ["40", "80"] {
        let plain = shown(&project, &[], &[("COLUMNS", width)]);
        let coloured = shown(&project, &["--color", "always"], &[("COLUMNS", width)]);
        let mut bare = String::new();
        for part in coloured.split('\u{1b}') {
            bare += if bare.is_empty() && !coloured.starts_with('\u{1b}') {
                part
            } else {
                part.split_once('m').map_or("", |(_, rest)| rest)
            };
        }
        assert_eq!(bare.replace(" \n", "\n"), plain.replace(" \n", "\n"));
        for line in coloured.lines().filter(|line| line.contains('\u{1b}')) {
            assert!(line.trim_end().rfind("\u{1b}[0m") >= line.rfind("\u{1b}[1m"), "a colour runs on: {line:?}");
        }
    }
}

#[test]
fn a_pipe_is_a_hundred_columns_wide_unless_told() {
    let project = project();
    let piped = shown(&project, &[], &[]);
    assert_eq!(piped, shown(&project, &[], &[("COLUMNS", "100")]));
    for nonsense in ["", "0", "-5", "wide", "1e9"] {
        assert_eq!(piped, shown(&project, &[], &[("COLUMNS", nonsense)]), "{nonsense}");
    }
    assert_eq!(shown(&project, &[], &[("COLUMNS", "3")]), shown(&project, &[], &[("COLUMNS", "40")]));
    // What programs and editors read has one line for each finding, whatever the width.
    let said = shown(&project, &["--format", "concise"], &[("COLUMNS", "40")]);
    assert!(said.lines().all(|line| line.contains(".js:") || line.contains(".mjs:")), "{said}");
}

/// Runs the command in a terminal of 64 columns that tells its size by itself.
const TERMINAL: &str = "
import fcntl, os, struct, subprocess, sys, termios
ours, theirs = os.openpty()
fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack('HHHH', 24, 64, 0, 0))
child = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=theirs, stderr=subprocess.DEVNULL, env={'TERM': 'xterm', 'NO_COLOR': '1'})
os.close(theirs)
while True:
    try:
        part = os.read(ours, 65536)
    except OSError:
        break
    if not part:
        break
    os.write(1, part)
sys.exit(child.wait())
";

#[cfg(unix)]
#[test]
fn a_terminal_tells_its_width() {
    let project = project();
    let mut command = Command::new("python3");
    command.args(["-c", TERMINAL, env!("CARGO_BIN_EXE_leaklint"), "check", "--min-confidence", "guess"]);
    let output = match command.current_dir(project.path()).output() {
        Ok(output) => output,
        Err(error) => {
            assert!(std::env::var_os("CI").is_none(), "python3 is needed: {error}");
            return;
        }
    };
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap().replace("\r\n", "\n");
    assert!(too_wide(&text, 64).is_empty(), "{text}");
    let mut told = project.command(&["check", "--min-confidence", "guess"]);
    assert_eq!(Said::from(told.env("COLUMNS", "64").output().unwrap()).out, text);
}
