//! Writes files so that a reader finds the old text or the new one, whatever happens in between.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, Once, PoisonError};

use tempfile::NamedTempFile;

/// Files that have not taken the place of another yet: removed when the process is interrupted.
static UNFINISHED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// Replaces the content of a file, or makes a new one: written beside it, then put in its place. A link keeps leading to
/// its file, permissions stay. A file with several names, or in a folder where nothing can be added, is written in place.
///
/// # Errors
/// When the file may not be written, or the disk is full; the old content is still there then.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let about = match fs::metadata(&real) {
        Ok(about) if !about.is_file() => return Err(io::Error::other("not a regular file")),
        Ok(about) => about,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return create(&real, bytes),
        Err(error) => return Err(error),
    };
    // Putting another file in its place would get around a write protection.
    let file = OpenOptions::new().write(true).open(&real)?;
    if has_other_names(&about) {
        return in_place(&real, file, bytes);
    }
    let beside = match beside(&real, Some(about.permissions()), bytes) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => return in_place(&real, file, bytes),
        beside => beside?,
    };
    finish(beside, |beside| beside.persist(&real))
}

/// Makes a file that is not there yet.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`] when it is there; otherwise as for [`replace`].
pub fn create(path: &Path, bytes: &[u8]) -> io::Result<()> {
    finish(beside(path, None, bytes)?, |beside| beside.persist_noclobber(path))
}

type Persisted = Result<File, tempfile::PersistError>;

/// Gives the file its name. What fails is removed.
fn finish(beside: NamedTempFile, persist: impl FnOnce(NamedTempFile) -> Persisted) -> io::Result<()> {
    let path = beside.path().to_owned();
    let mut unfinished = UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner);
    let persisted = persist(beside);
    unfinished.remove(&path);
    persisted.map(|_| ()).map_err(|error| error.error)
}

/// The content in a file of its own in the same folder, safe on the disk.
fn beside(path: &Path, permissions: Option<Permissions>, bytes: &[u8]) -> io::Result<NamedTempFile> {
    clean_up_when_interrupted();
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".leaklint-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // What the umask leaves of it, as for any new file.
        builder.permissions(Permissions::from_mode(0o666));
    }
    let mut file = {
        let mut unfinished = UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner);
        let file = builder.tempfile_in(folder)?;
        unfinished.insert(file.path().to_owned());
        file
    };
    if let Some(permissions) = permissions {
        file.as_file().set_permissions(permissions)?;
    }
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// Overwrites a file. When that fails half way, the old content is written back.
fn in_place(path: &Path, mut file: File, bytes: &[u8]) -> io::Result<()> {
    let before = fs::read(path)?;
    let mut put = |bytes: &[u8]| {
        io::Seek::rewind(&mut file)?;
        file.write_all(bytes)?;
        file.set_len(bytes.len() as u64)?;
        file.sync_all()
    };
    put(bytes).inspect_err(|_| {
        let _ = put(&before);
    })
}

#[cfg(unix)]
fn has_other_names(about: &fs::Metadata) -> bool {
    std::os::unix::fs::MetadataExt::nlink(about) > 1
}

#[cfg(not(unix))]
fn has_other_names(_: &fs::Metadata) -> bool {
    false
}

/// Ctrl-C ends the process as it always does, but first removes what is not finished.
fn clean_up_when_interrupted() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // Without the handler, a file whose name says what it is may stay behind.
        let _ = ctrlc::set_handler(|| abandon(130));
    });
}

/// Ends the process in the middle of its work; nothing stays behind that is not finished.
pub fn abandon(code: i32) {
    let unfinished = UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner);
    for path in &*unfinished {
        let _ = fs::remove_file(path);
    }
    #[expect(clippy::exit, reason = "the process was told to end")]
    std::process::exit(code);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_or_new_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        create(&path, b"one").unwrap();
        assert_eq!(create(&path, b"two").unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        replace(&path, b"three").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"three");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(UNFINISHED.lock().unwrap().is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn links_of_both_kinds_stay() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("a"), "a long text").unwrap();
        fs::hard_link(at("a"), at("b")).unwrap();
        std::os::unix::fs::symlink("a", at("c")).unwrap();
        replace(&at("c"), b"short").unwrap();
        assert_eq!(fs::read(at("b")).unwrap(), b"short");
        assert!(at("c").symlink_metadata().unwrap().is_symlink());
    }
}
