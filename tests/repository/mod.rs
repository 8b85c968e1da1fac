//! A git repository of a user, and the command run in it.

#![allow(dead_code, reason = "no test uses all of it")]

use std::path::Path;
use std::process::Command;

use crate::project::Project;
use crate::said::Said;

/// A repository with these files, all in the first commit.
pub fn repository(files: &[(&str, &str)]) -> Project {
    let project = Project::new(files);
    git(project.path(), &["init", "--quiet", "--initial-branch=main"]);
    git(project.path(), &["config", "user.name", "Someone"]);
    git(project.path(), &["config", "user.email", "someone@example.test"]);
    if !files.is_empty() {
        commit(&project);
    }
    project
}

pub fn commit(project: &Project) {
    git(project.path(), &["add", "--all"]);
    git(project.path(), &["commit", "--quiet", "--allow-empty", "--message=change"]);
}

pub fn git(folder: &Path, arguments: &[&str]) {
    let mut command = Command::new("git");
    command.args(arguments).current_dir(folder).env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    let output = command.output().unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

pub fn check(project: &Project, arguments: &[&str]) -> Said {
    check_in(project, "", arguments)
}

pub fn check_in(project: &Project, folder: &str, arguments: &[&str]) -> Said {
    let mut command = project.command(&[&["check", "--format", "json"], arguments].concat());
    command.env("PATH", std::env::var_os("PATH").unwrap()).env("GIT_CONFIG_GLOBAL", "/dev/null");
    Said::from(command.current_dir(project.path().join(folder)).output().unwrap())
}
