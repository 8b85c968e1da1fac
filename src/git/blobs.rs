//! Reads file contents out of a repository, without filters: the bytes that were committed or staged.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::Stdio;

use super::{GitError, Repository, failed};

/// The contents of blobs, in the order of `ids`. `None`: larger than `most` bytes.
///
/// # Errors
/// When git fails or a blob is missing.
pub fn blobs(repository: &Repository, ids: &[&str], most: u64) -> Result<Vec<Option<Vec<u8>>>, GitError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut command = repository.command(&["cat-file", "--batch"]);
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
    let mut child = child.map_err(|error| failed(&error))?;
    let (input, output) = (child.stdin.take(), child.stdout.take());
    let asked = ids.join("\n") + "\n";
    let read: Result<Vec<Option<Vec<u8>>>, GitError> = std::thread::scope(|scope| {
        // Both pipes are small: whoever writes all before reading waits for ever.
        scope.spawn(move || input.map(|mut input| input.write_all(asked.as_bytes())));
        let mut output = BufReader::new(output.ok_or(GitError::Missing)?);
        ids.iter().map(|id| one(&mut output, id, most)).collect()
    });
    let ended = child.wait().map_err(|error| failed(&error))?;
    let read = read?;
    if ended.success() { Ok(read) } else { Err(GitError::Failed("a file content is missing".to_owned())) }
}

/// `1234abcd blob 42`, 42 bytes, and an end of line.
fn one(output: &mut impl BufRead, id: &str, most: u64) -> Result<Option<Vec<u8>>, GitError> {
    let mut head = String::new();
    output.read_line(&mut head).map_err(|error| failed(&error))?;
    let missing = || GitError::Failed(format!("the content {id} is missing"));
    let [_, "blob", size] = head.split_whitespace().collect::<Vec<_>>()[..] else { return Err(missing()) };
    let size: u64 = size.parse().map_err(|_| missing())?;
    let mut bytes = Vec::new();
    let mut content = Read::take(&mut *output, size + 1);
    if size > most {
        std::io::copy(&mut content, &mut std::io::sink()).map_err(|error| failed(&error))?;
        return Ok(None);
    }
    content.read_to_end(&mut bytes).map_err(|error| failed(&error))?;
    bytes.pop();
    if bytes.len() as u64 == size { Ok(Some(bytes)) } else { Err(missing()) }
}
