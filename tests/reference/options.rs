//! The page of the command line, made from clap's definitions. Its examples are run by tests/docs.rs like those of any page.

use clap::{Arg, ArgAction, Command, CommandFactory};
use leaklint::args::Typed;

/// What stands before the options: a project for the examples, whose first commit is what changes are compared with.
const OPENING: &str = r#"# Command line

Every command and every option, with what it means, its default and an example. `leaklint COMMAND --help` prints the same
in a terminal. Exit codes: 0 means no errors (warnings are allowed), 1 means errors or a file that does not parse, 2 means that
leaklint could not do its job.

The examples run in this small project, which has one leak:

```js file=src/server.mjs
import http from 'node:http';

const seen = new Map();

http.createServer((req, res) => {
  seen.set(req.url, Date.now());
  res.end(String(seen.size));
});
```

```js file=src/clean.mjs
export const answer = 42;
```

```sh
git add --all
git commit --quiet --message "Count requests"
```
"#;

/// An example of an option or an argument: command, name, expected exit code, what is typed.
const EXAMPLES: &[(&str, &str, u8, &str)] = &[
    ("check", "paths", 1, "leaklint check src"),
    ("check", "only", 1, "leaklint check --rule unbounded-cache --rule unbounded-list"),
    ("check", "skip", 0, "leaklint check --skip unbounded-cache"),
    ("check", "groups", 0, "leaklint check --group handles --group promises"),
    ("check", "min_confidence", 0, "leaklint check --exit-zero --min-confidence guess"),
    ("check", "severity", 1, "leaklint check --severity error"),
    ("check", "stdin_filename", 1, "leaklint check --stdin-filename src/server.mjs - < src/server.mjs"),
    ("check", "files_from", 1, "git ls-files -z | leaklint check --files-from -"),
    ("check", "no_ignore", 1, "leaklint check --no-ignore"),
    ("check", "isolated", 1, "leaklint check --isolated"),
    ("check", "max_size", 1, "leaklint check --max-size 512k"),
    ("check", "cache", 1, "leaklint check --cache"),
    ("check", "cache_dir", 1, "leaklint check --cache-dir .cache/leaklint"),
    ("check", "threads", 1, "leaklint check --threads 1"),
    ("check", "staged", 0, "leaklint check --staged"),
    ("check", "changed", 0, "leaklint check --changed"),
    ("check", "since", 0, "leaklint check --since main"),
    ("check", "changed_lines", 0, "leaklint check --since main --changed-lines"),
    ("check", "update_baseline", 0, "leaklint check --baseline known.json --update-baseline"),
    (
        "check",
        "baseline",
        0,
        "printf '{ \"version\": 1, \"findings\": [] }' > known.json\nleaklint check --exit-zero --baseline known.json",
    ),
    ("check", "config", 1, "echo '{ \"minConfidence\": \"sure\" }' > strict.json\nleaklint check --config strict.json"),
    ("check", "no_config", 1, "leaklint check --no-config"),
    ("check", "show_settings", 0, "leaklint check --show-settings"),
    ("check", "show_files", 0, "leaklint check --show-files"),
    ("check", "format", 1, "leaklint check --format concise"),
    ("check", "output", 1, "leaklint check --output leaks.html --output sarif=leaks.sarif"),
    ("check", "color", 1, "leaklint check --color never"),
    ("check", "quiet", 1, "leaklint check --quiet"),
    ("check", "statistics", 1, "leaklint check --statistics"),
    ("check", "max_warnings", 1, "leaklint check --max-warnings 0"),
    ("check", "exit_zero", 0, "leaklint check --exit-zero"),
    ("check", "error_on_unmatched", 1, "leaklint check --error-on-unmatched"),
    // The last one of `check`: it leaves comments behind.
    ("check", "add_ignores", 0, "cp -r src legacy\nleaklint check --add-ignores --reason \"known since March\" legacy"),
    ("explain", "rule", 0, "leaklint explain unbounded-cache"),
    ("rules", "format", 0, "leaklint rules --format json"),
    ("init", "", 0, "leaklint init"),
    ("config", "path", 0, "leaklint config src/server.mjs"),
    ("config", "config", 0, "leaklint config --config strict.json src/server.mjs"),
    ("schema", "", 0, "leaklint schema > leaklint.schema.json"),
    ("completions", "shell", 0, "leaklint completions bash > leaklint.bash"),
    ("man", "command", 0, "leaklint man check > leaklint-check.1"),
];

/// The Markdown page.
pub fn page() -> String {
    let mut whole = Typed::command();
    whole.build();
    let commands: Vec<&Command> = whole.get_subcommands().filter(|command| !command.is_hide_set()).collect();
    for (command, name, ..) in EXAMPLES {
        let known = commands.iter().find(|known| known.get_name() == *command);
        let known = known.unwrap_or_else(|| panic!("an example of `{command}`, which is no command"));
        let there = name.is_empty() || known.get_arguments().any(|argument| argument.get_id() == name);
        assert!(there, "an example of `{name}`, which `{command}` does not have");
    }
    let mut text = String::from(OPENING);
    text += "\n| command | what it does |\n|---|---|\n";
    for command in &commands {
        let name = command.get_name();
        text += &format!("| [`leaklint {name}`](#leaklint-{name}) | {} |\n", about(command));
    }
    text += "\n`-h` or `--help` prints the help of leaklint or of a command, `-V` or `--version` the version.\n";
    for command in commands {
        text += &section(command);
    }
    text
}

fn about(command: &Command) -> String {
    command.get_about().map(ToString::to_string).unwrap_or_default()
}

fn section(command: &Command) -> String {
    let name = command.get_name();
    let usage = command.clone().render_usage().to_string().replace("Usage: ", "");
    let mut text = format!("\n## leaklint {name}\n\n{}.\n\n```text\n{usage}\n```\n", about(command));
    text += &example(name, "");
    let own = |argument: &&Arg| !argument.is_hide_set() && !["help", "version"].contains(&argument.get_id().as_str());
    let arguments: Vec<&Arg> = command.get_arguments().filter(own).collect();
    let mut headings: Vec<Option<&str>> = Vec::new();
    for heading in arguments.iter().map(|argument| argument.get_help_heading()) {
        if !headings.contains(&heading) {
            headings.push(heading);
        }
    }
    for heading in headings {
        if let Some(heading) = heading {
            text += &format!("\n### {heading}\n");
        }
        for argument in arguments.iter().filter(|argument| argument.get_help_heading() == heading) {
            text += &entry(command, argument);
        }
    }
    text
}

fn entry(command: &Command, argument: &Arg) -> String {
    let help = argument.get_long_help().or(argument.get_help()).map(ToString::to_string).unwrap_or_default();
    // A default that only code knows stands in the text.
    let (said, default) = match help.split_once(" [default: ") {
        Some((said, rest)) => (said.to_owned(), Some(rest.trim_end_matches(']').to_owned())),
        None => (help, None),
    };
    let mut text = format!("\n#### {}\n\n{}.\n", title(argument), said);
    let takes = matches!(argument.get_action(), ArgAction::Set | ArgAction::Append);
    let values: Vec<_> = argument.get_possible_values().into_iter().filter(|value| !value.is_hide_set()).collect();
    if takes && values.iter().any(|value| value.get_help().is_some()) {
        text += "\n| value | meaning |\n|---|---|\n";
        for value in &values {
            let meaning = value.get_help().map(ToString::to_string).unwrap_or_default();
            text += &format!("| `{}` | {meaning} |\n", value.get_name());
        }
    } else if takes && !values.is_empty() {
        let names: Vec<String> = values.iter().map(|value| format!("`{}`", value.get_name())).collect();
        text += &format!("\nValues: {}.\n", names.join(", "));
    }
    let given: Vec<String> =
        argument.get_default_values().iter().map(|value| value.to_string_lossy().into_owned()).collect();
    match default {
        Some(default) if default.contains('`') => text += &format!("\nDefault: {default}.\n"),
        Some(default) => {
            let (value, rest) = default.split_once(';').unwrap_or((&default, ""));
            let rest = if rest.is_empty() { String::new() } else { format!(";{rest}") };
            text += &format!("\nDefault: `{value}`{rest}.\n");
        }
        None if takes && !given.is_empty() => text += &format!("\nDefault: `{}`.\n", given.join(" ")),
        None => {}
    }
    let others = command.get_arg_conflicts_with(argument);
    if !others.is_empty() {
        let names: Vec<String> =
            others.iter().map(|other| format!("`--{}`", other.get_long().unwrap_or("?"))).collect();
        text += &format!("\nNot together with {}.\n", names.join(", "));
    }
    text + &example(command.get_name(), argument.get_id().as_str())
}

/// `-f, --format <FORMAT>`, or `[PATHS]...`
fn title(argument: &Arg) -> String {
    let takes = matches!(argument.get_action(), ArgAction::Set | ArgAction::Append);
    let upper = argument.get_id().as_str().to_uppercase();
    let name = argument.get_value_names().and_then(|names| names.first()).map_or(upper, ToString::to_string);
    let Some(long) = argument.get_long() else {
        return format!(
            "`{}{name}{}`",
            if argument.is_required_set() { "<" } else { "[" },
            if argument.is_required_set() { ">" } else { "]" }
        );
    };
    let short = argument.get_short().map(|short| format!("-{short}, ")).unwrap_or_default();
    let value = if takes { format!(" <{name}>") } else { String::new() };
    format!("`{short}--{long}{value}`")
}

fn example(command: &str, name: &str) -> String {
    let found = EXAMPLES.iter().find(|(of, option, ..)| *of == command && *option == name);
    let Some((.., code, typed)) = found else { return String::new() };
    let mark = if *code == 0 { String::new() } else { format!("<!-- exits with {code} -->\n") };
    format!("\n{mark}```sh\n{typed}\n```\n")
}
