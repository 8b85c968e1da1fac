//! The page is used in a real browser: filters, search, themes, narrow screens, and files that try to break out of it.
//!
//! Needs Node, npm and Chromium. Where `CI` is set, their absence is a failure; on your machine it is said and passed over.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod project;
mod said;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use project::Project;

const PLAYWRIGHT: &str = "playwright-core@1.65.1";

/// A leak in code that tries to end the script it is shown beside.
const BREAKS_OUT: &str = "import http from 'node:http';
const seen = new Map();
http.createServer((req, res) => {
  seen.set(req.url + '</script><script>window.owned = 1</script><img src=x onerror=\"window.owned = 1\">', res);
});
";

fn browser() -> Option<PathBuf> {
    let chosen = std::env::var_os("LEAKLINT_BROWSER").map(PathBuf::from);
    let folders: Vec<PathBuf> =
        std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default();
    let names = ["chromium", "chromium-browser", "google-chrome", "chrome"];
    chosen.or_else(|| names.iter().find_map(|name| folders.iter().map(|f| f.join(name)).find(|file| file.is_file())))
}

/// The folder that holds playwright-core, installed once below the target folder.
fn playwright() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("page");
    fs::create_dir_all(&folder).unwrap();
    let turn = fs::File::create(folder.join("turn.lock")).unwrap();
    turn.lock().unwrap();
    if !folder.join("node_modules/playwright-core/package.json").exists() {
        fs::write(folder.join("package.json"), "{ \"private\": true }").unwrap();
        let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
        let arguments = ["install", "--no-audit", "--no-fund", "--ignore-scripts", PLAYWRIGHT];
        let output = Command::new(npm).args(arguments).current_dir(&folder).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    folder
}

#[test]
fn the_page_works_in_a_browser() {
    let Some(browser) = browser() else {
        assert!(std::env::var_os("CI").is_none(), "chromium is needed here and is not on the PATH");
        eprintln!("there is no chromium: the page was not opened");
        return;
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut project = vec![("evil/leak.js".to_owned(), BREAKS_OUT.to_owned())];
    project.push((
        "broken.js".to_owned(),
        "let fine;\nlet = = 1; // </script><script>window.owned = 1</script>\n".to_owned(),
    ));
    if cfg!(unix) {
        project.push(("<img src=x onerror=\"window.owned = 1\">/<b>.js".to_owned(), BREAKS_OUT.to_owned()));
    }
    for name in ["orders.js", "events.js", "reports.js"] {
        let file = root.join("fixtures/express-leak/src/routes").join(name);
        project.push((format!("routes/{name}"), fs::read_to_string(file).unwrap()));
    }
    let files: Vec<(&str, &str)> = project.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let project = Project::new(&files);
    let said = project.check(&["--output", "leaks.html", "--min-confidence", "guess"]);
    assert_eq!(said.code, 1, "{}", said.err);
    let text = fs::read_to_string(project.path().join("leaks.html")).unwrap();
    assert_eq!(text.matches("<script").count(), 1, "one script, ours");
    assert!(
        !text.contains("http://") && !text.contains("@import") && !text.contains("url("),
        "the page fetches nothing"
    );
    let modules = playwright();
    let output = Command::new("node")
        .arg(root.join("tests/page.mjs"))
        .args([&modules, &browser, &project.path().join("leaks.html"), &modules])
        .output()
        .unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}{err}");
}
