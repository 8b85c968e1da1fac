//! Which files to read: walks folders in parallel, honours ignore files, and never opens what is not a regular file.

mod folders;
mod ignores;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use crate::config::Options;
use crate::finding::{Notice, NoticeKind};
use crate::source::Language;
use folders::{Reach, Starts, meet};
use ignore::DirEntry;
use rustc_hash::FxHashSet;

/// What a walk came back with.
#[derive(Debug, Default)]
pub struct Walked {
    /// Sorted by shown path; no file twice.
    pub files: Vec<FileToRead>,
    pub notices: Vec<Notice>,
    /// Files named on the command line that no rule can say anything about (`page.html`).
    pub unsupported: Vec<String>,
}

/// A file of the run.
#[derive(Debug, Clone)]
pub struct FileToRead {
    pub path: PathBuf,
    /// Relative to the working directory where possible, with `/`; bytes that are not UTF-8 as `\xFF`.
    pub shown: String,
    /// Named on the command line, not found on the way.
    pub named: bool,
    /// Read for the sake of others only: nothing is reported here.
    pub context: bool,
    pub language: Language,
}

/// Folders of installed and built code: passed over unless named.
const NOT_OURS: [&str; 6] = ["node_modules", "bower_components", "dist", "build", "coverage", "vendor"];

/// Finds the files to read below `options.paths`. Hard links count as files of their own; symbolic links are followed
/// when they are named, not when they are met.
#[must_use]
pub fn walk(options: &Options) -> Walked {
    let mut found = Found { by_identity: BTreeMap::new(), walked: Walked::default() };
    let mut starts = Starts::default();
    let mut seen = FxHashSet::default();
    for path in &options.paths {
        // Without `.`, so that a folder is spelt in one way.
        let full: PathBuf = options.root.join(path).components().collect();
        if !seen.insert(full.clone()) {
            continue;
        }
        match kind(&full) {
            Ok(Kind::Folder) => starts.add(full),
            Ok(Kind::File) => found.named(&full, options),
            Ok(Kind::Special) => found.fail(&full, options, "not a regular file"),
            Err(message) => found.fail(&full, options, &message),
        }
    }
    found.folders(starts, options);
    let mut walked = found.walked;
    walked.files = found.by_identity.into_values().collect();
    walked.files.sort_by(|a, b| a.shown.cmp(&b.shown));
    walked.unsupported.sort();
    walked.unsupported.dedup();
    walked
}

/// The files of a repository that no ignore file names, as far as they lie at or below one of `wanted`. Repositories in
/// it are others. With what is to be said of the ignore files.
#[must_use]
pub fn not_ignored(options: &Options, top: &Path, wanted: &[PathBuf]) -> (Vec<PathBuf>, Vec<Notice>) {
    let mut starts = Starts::default();
    starts.add(top.components().collect());
    let wanted = wanted.to_vec();
    let lets = move |entry: &DirEntry| {
        let path = entry.path();
        let is_folder = entry.file_type().is_some_and(|t| t.is_dir());
        let leads = wanted.iter().any(|one| path.starts_with(one) || (is_folder && one.starts_with(path)));
        leads && !(is_folder && path.join(".git").symlink_metadata().is_ok())
    };
    let reach = Reach { all: options.no_ignore, ignores: true, lets: Some(Box::new(lets)) };
    let (met, notices) = meet(starts, options, reach);
    (met.into_iter().map(|(_, _, file)| file.path).collect(), notices)
}

/// Path as shown to the user: relative to `root` where it lies below it, with `/`.
#[must_use]
pub fn shown(path: &Path, root: &Path) -> String {
    let clean = normalised(path);
    let relative = clean.strip_prefix(normalised(root)).unwrap_or(&clean);
    let mut text = String::new();
    for chunk in relative.as_os_str().as_encoded_bytes().utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02X}");
        }
    }
    if cfg!(windows) { text.replace('\\', "/") } else { text }
}

/// What the operating system says, without Rust's `(os error 2)`.
#[must_use]
pub fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or folder".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => {
            let text = error.to_string();
            text.split(" (os error").next().unwrap_or_default().to_lowercase()
        }
    }
}

struct Found {
    /// Keyed by resolved path, so that `a.js` and `./sub/../a.js` are one.
    by_identity: BTreeMap<PathBuf, FileToRead>,
    walked: Walked,
}

enum Kind {
    File,
    Folder,
    /// Pipes, sockets, devices: opening one may block for ever.
    Special,
}

fn kind(path: &Path) -> Result<Kind, String> {
    match fs::metadata(path) {
        Ok(data) if data.is_dir() => Ok(Kind::Folder),
        Ok(data) if data.is_file() => Ok(Kind::File),
        Ok(_) => Ok(Kind::Special),
        Err(_) if path.symlink_metadata().is_ok_and(|data| data.is_symlink()) => Err("broken symbolic link".to_owned()),
        Err(error) => Err(reason(&error)),
    }
}

impl Found {
    fn fail(&mut self, path: &Path, options: &Options, message: &str) {
        let path = shown(path, &options.root);
        let message = message.to_owned();
        self.walked.notices.push(Notice { kind: NoticeKind::Failure, path, span: None, message });
    }

    fn named(&mut self, path: &Path, options: &Options) {
        let shown = shown(path, &options.root);
        let Some(language) = Language::of(path) else {
            self.walked.unsupported.push(shown);
            return;
        };
        if let Some(notice) = ignored(path, options) {
            self.walked.notices.push(notice);
            return;
        }
        let identity = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let file = FileToRead { path: path.to_owned(), shown, named: !options.chosen_by_git, context: false, language };
        self.by_identity.insert(identity, file);
    }

    fn folders(&mut self, starts: Starts, options: &Options) {
        if starts.list.is_empty() {
            return;
        }
        let reach = Reach { all: options.no_ignore, ignores: !options.no_ignore, lets: None };
        let (met, mut notices) = meet(starts, options, reach);
        self.walked.notices.append(&mut notices);
        for (_, identity, file) in met {
            self.by_identity.entry(identity).or_insert(file);
        }
    }
}

/// Says that the configuration ignores a file that was named, when it does.
#[must_use]
pub fn ignored(path: &Path, options: &Options) -> Option<Notice> {
    let ignored = !options.no_ignore && options.configs.of_file(path).ignores(&normalised(path), false);
    ignored.then(|| Notice {
        kind: NoticeKind::Note,
        path: shown(path, &options.root),
        span: None,
        message: "skipped: the configuration ignores it (use `--no-ignore` to check it)".to_owned(),
    })
}

/// Whether a walk that comes by this path, relative to where it started, goes past it.
#[must_use]
pub fn is_passed_over(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let folders = path.parent().into_iter().flat_map(Path::components);
    let mut folders = folders.map(|part| part.as_os_str().to_string_lossy());
    is_minified(&name) || name.starts_with('.') || folders.any(|f| f.starts_with('.') || NOT_OURS.contains(&f.as_ref()))
}

fn is_minified(name: &str) -> bool {
    [".min.js", ".min.mjs", ".min.cjs"].iter().any(|end| name.ends_with(end))
}

/// Without `.` and `..`, and without asking the file system: what the user typed stays recognisable.
#[must_use]
pub fn normalised(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                clean.pop();
            }
            other => clean.push(other),
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shown_paths_are_relative_and_clean() {
        let root = Path::new("/srv/app");
        assert_eq!(shown(Path::new("/srv/app/./src/../a.js"), root), "a.js");
        assert_eq!(shown(Path::new("/srv/other/a.js"), root), "/srv/other/a.js");
    }

    #[test]
    fn minified_names() {
        assert!(is_minified("jquery.min.js"));
        assert!(!is_minified("admin.js"));
    }
}
