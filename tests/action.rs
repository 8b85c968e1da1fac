//! The GitHub action: its shell steps are run one after the other as GitHub would, with the inputs that a workflow gives.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod tools;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tools::{CLEAN, LEAK, alone, binary, python, said, yaml};

/// What `${{ .. }}` stands for, by what is between the braces.
type Values = BTreeMap<String, String>;

/// The text with its expressions filled in. Unknown ones are a mistake in the action.
fn filled(text: &str, values: &Values) -> String {
    let mut parts = text.split("${{ ");
    let mut done = parts.next().unwrap().to_owned();
    for part in parts {
        let (expression, rest) = part.split_once(" }}").unwrap();
        done += values.get(expression).unwrap_or_else(|| panic!("nobody sets {expression}"));
        done += rest;
    }
    done
}

/// Runs the shell steps in `folder`; the exit code of the action, and all it printed.
fn act(action: &Value, folder: &Path, given: &[(&str, &str)]) -> (i32, String) {
    let mut values = Values::from([("runner.temp".to_owned(), folder.join("temp").display().to_string())]);
    for (name, input) in action["inputs"].as_object().unwrap() {
        values.insert(format!("inputs.{name}"), input["default"].as_str().unwrap().to_owned());
    }
    for (name, value) in given {
        assert!(values.insert(format!("inputs.{name}"), (*value).to_owned()).is_some(), "there is no input {name}");
    }
    let mut all = String::new();
    let outputs = folder.join("outputs");
    for step in action["runs"]["steps"].as_array().unwrap() {
        let Some(script) = step["run"].as_str() else { continue };
        assert!(!script.contains("${{"), "inputs reach the shell as variables only: {script}");
        assert_eq!(step["shell"], "bash");
        std::fs::write(&outputs, "").unwrap();
        let mut command = Command::new("bash");
        command.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script]);
        let place = folder.join(filled(step["working-directory"].as_str().unwrap_or("."), &values));
        alone(&mut command, &place).env("GITHUB_OUTPUT", &outputs);
        for (name, value) in step["env"].as_object().unwrap() {
            command.env(name, filled(value.as_str().unwrap(), &values));
        }
        let output = command.output().unwrap();
        all += &said(&output);
        if !output.status.success() {
            return (output.status.code().unwrap(), all);
        }
        for line in std::fs::read_to_string(&outputs).unwrap().lines() {
            let (name, value) = line.split_once('=').unwrap();
            values.insert(format!("steps.{}.outputs.{name}", step["id"].as_str().unwrap()), value.to_owned());
        }
    }
    (0, all)
}

#[test]
fn the_steps_annotate_write_sarif_and_end_as_leaklint_ends() {
    let Some(bin) = python() else { return };
    let action = yaml(&bin, "action.yml");
    assert_eq!(action["runs"]["using"], "composite");
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("my app");
    std::fs::create_dir(&source).unwrap();
    std::fs::write(source.join("server.mjs"), LEAK).unwrap();
    let binary = binary().display().to_string();
    let inputs = [("binary", binary.as_str()), ("working-directory", "my app"), ("args", "--min-confidence\nsure\n")];

    let (code, printed) = act(&action, folder.path(), &inputs);
    assert_eq!(code, 1, "{printed}");
    assert!(printed.contains("::error file="), "{printed}");
    let sarif: Value = serde_json::from_slice(&std::fs::read(source.join("leaklint.sarif")).unwrap()).unwrap();
    assert_eq!(sarif["runs"][0]["results"].as_array().unwrap().len(), 1);

    std::fs::write(source.join("server.mjs"), CLEAN).unwrap();
    let (code, printed) = act(&action, folder.path(), &inputs);
    assert_eq!(code, 0, "{printed}");
    let sarif: Value = serde_json::from_slice(&std::fs::read(source.join("leaklint.sarif")).unwrap()).unwrap();
    assert_eq!(sarif["runs"][0]["results"], serde_json::json!([]));

    let (code, printed) = act(&action, folder.path(), &[("binary", &binary), ("paths", "none.js\n-q")]);
    assert_eq!(code, 2, "{printed}");
    let hostile = [("binary", binary.as_str()), ("working-directory", "my app"), ("paths", "$(touch bad); touch bad")];
    assert_eq!(act(&action, folder.path(), &hostile).0, 2);
    assert!(!source.join("bad").exists(), "what a workflow gives is not run");
}

#[test]
fn the_report_is_uploaded_unless_the_job_could_not_be_done() {
    let Some(bin) = python() else { return };
    let action = yaml(&bin, "action.yml");
    let steps = action["runs"]["steps"].as_array().unwrap();
    let at = |name: &str| steps.iter().position(|step| step["name"] == name).unwrap();
    let upload = &steps[at("Upload to code scanning")];
    assert!(upload["uses"].as_str().unwrap().starts_with("github/codeql-action/upload-sarif@v"));
    assert!(upload["if"].as_str().unwrap().contains("steps.check.outputs.exit-code != '2'"));
    assert!(at("Check") < at("Upload to code scanning") && at("Upload to code scanning") < at("Result"));
}
