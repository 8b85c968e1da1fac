//! What the rows of a table say about each package, in words.

use std::collections::{BTreeMap, BTreeSet};

use leaklint::apis::row::{Cleanup, HandlerRow, Row, Table, TypeRow};
use leaklint::apis::{Often, Part, What};

/// Names told in one line; the rest is counted.
const TOLD: usize = 12;

/// Facts about one package: what is said, and the names of which it is said.
#[derive(Default, Clone, PartialEq, Eq)]
pub struct Known {
    said: BTreeMap<(u8, String), BTreeSet<String>>,
}

impl Known {
    fn add(&mut self, order: u8, said: impl Into<String>, names: impl IntoIterator<Item = String>) {
        self.said.entry((order, said.into())).or_default().extend(names);
    }

    pub fn is_empty(&self) -> bool {
        self.said.is_empty()
    }

    /// One line of a list for each fact.
    pub fn lines(&self) -> String {
        let line = |((_, said), names): (&(u8, String), &BTreeSet<String>)| {
            let told: Vec<String> = names.iter().take(TOLD).map(|name| format!("`{name}`")).collect();
            let more = match names.len().saturating_sub(TOLD) {
                0 => String::new(),
                more => format!(", and {more} more"),
            };
            format!("- {said}: {}{more}\n", told.join(", "))
        };
        self.said.iter().map(line).collect()
    }
}

/// Packages by the name of a type, over all tables.
pub fn homes(tables: &[Table]) -> BTreeMap<String, BTreeSet<String>> {
    let home = |table: &Table, row: &TypeRow| packages_of(&row.from, table);
    tables.iter().flat_map(|table| table.types.iter().map(move |row| (row.name.clone(), home(table, row)))).collect()
}

/// The packages that a row names, or those of its table.
fn packages_of(from: &[String], table: &Table) -> BTreeSet<String> {
    let own = if table.modules.is_empty() { std::slice::from_ref(&table.library) } else { &table.modules };
    let modules = if from.is_empty() { own } else { from };
    modules.iter().map(|module| package(table, module)).collect()
}

/// The package of a module: `a/b` is in `a`, `@a/b/c` in `@a/b`. Modules of a platform stand for themselves.
fn package(table: &Table, module: &str) -> String {
    if super::libraries::is_platform(table) {
        return table.library.clone();
    }
    let parts = if module.starts_with('@') { 2 } else { 1 };
    module.split('/').take(parts).collect::<Vec<_>>().join("/")
}

/// What a table knows, by package.
pub fn known(table: &Table, homes: &BTreeMap<String, BTreeSet<String>>) -> BTreeMap<String, Known> {
    let mut all: BTreeMap<String, Known> = BTreeMap::new();
    for row in &table.rows {
        let packages = match &row.of {
            Some(of) => homes.get(of).cloned().unwrap_or_else(|| packages_of(&[], table)),
            None => packages_of(&row.from, table),
        };
        // A method of a type from elsewhere is told where the table belongs.
        let own = packages_of(&[], table);
        let packages = if row.of.is_some() && packages.is_disjoint(&all_packages(table)) { own } else { packages };
        for package in packages {
            tell_row(all.entry(package).or_default(), row);
        }
    }
    for row in &table.types {
        for package in packages_of(&row.from, table) {
            tell_type(all.entry(package).or_default(), row);
        }
    }
    for row in &table.handlers {
        for package in packages_of(&row.from, table) {
            tell_handler(all.entry(package).or_default(), row);
        }
    }
    all.retain(|_, known| !known.is_empty());
    all
}

/// Every package that a table is about.
fn all_packages(table: &Table) -> BTreeSet<String> {
    let from = table.rows.iter().map(|row| &row.from).chain(table.types.iter().map(|row| &row.from));
    from.flat_map(|from| packages_of(from, table)).collect()
}

/// The calls that a row means, as people write them.
fn calls(row: &Row) -> Vec<String> {
    let short = |of: &str| of.rsplit('.').next().unwrap_or_default().to_owned();
    let function =
        |name: &String| if name == "default" { "the default export".to_owned() } else { format!("{name}()") };
    let method = |name: &String| match row.of.as_deref() {
        None | Some("any") => format!("{name}()"),
        Some(of) => format!("{}.{name}()", short(of)),
    };
    let made =
        |name: &String| if name == "default" { "new default export".to_owned() } else { format!("new {name}()") };
    let functions = row.function.iter().map(function).chain(row.global.iter().map(|name| format!("{name}()")));
    functions.chain(row.method.iter().map(method)).chain(row.new.iter().map(made)).collect()
}

fn tell_row(known: &mut Known, row: &Row) {
    let calls = calls(row);
    if let Some(what) = row.opens {
        known.add(0, opens(what), calls.clone());
    }
    if let Some(what) = row.closes {
        known.add(1, closes(what), calls.clone());
    }
    if row.returns_remover {
        known.add(2, "Return a function that undoes the call", calls.clone());
    }
    if let Some(keeps) = &row.keeps {
        let bounds = [&keeps.bounded_by, &keeps.expires_by].into_iter().flatten();
        let bounds: Vec<String> = bounds.map(|name| format!("`{name}`")).collect();
        let what = plural(keeps.what);
        let said = match keeps.part {
            Part::Removes => format!("Remove {what}"),
            Part::Adds => format!("Add {what}, kept by the library"),
            Part::Holds if bounds.is_empty() => format!("Keep {what}"),
            Part::Holds => format!("Keep {what} unless limited by {}", bounds.join(" or ")),
        };
        known.add(3, said, calls.clone());
    }
    for callback in &row.callback {
        if let Some(how) = callback.cleanup {
            let said = match how {
                Cleanup::Returned => "Call the cleanup function that your callback returns",
                Cleanup::Parameter => "Call the cleanup function that your callback registers through its parameter",
                Cleanup::Inside => "Call the cleanup function that your callback registers",
            };
            known.add(4, said, calls.clone());
            continue;
        }
        let at = if callback.at_end {
            "when the component ends"
        } else if let Some(often) = callback.runs {
            said(often)
        } else if callback.outcome {
            "once, with the outcome"
        } else {
            continue;
        };
        known.add(5, format!("Run your callback {at}"), calls.clone());
    }
    if row.reads.is_some() {
        let instead = row.instead.as_deref().unwrap_or_default();
        known.add(6, format!("Read everything into memory (streaming alternative: `{instead}`)"), calls.clone());
    }
    if row.sinks.is_some() {
        known.add(7, "Pass data on without keeping it", calls.clone());
    }
    if row.ends_nothing {
        known.add(8, "End nothing, although their names say so", calls.clone());
    }
    if row.cleans_up {
        known.add(8, "Close all their streams when one of them ends", calls.clone());
    }
    if row.opens.is_none() && row.closes.is_none() && row.makes.is_some() {
        known.add(9, "Return objects that leaklint follows", calls);
    }
}

fn tell_type(known: &mut Known, row: &TypeRow) {
    let name = row.name.rsplit('.').next().unwrap_or_default();
    if !row.end_hooks.is_empty() {
        known.add(4, "Hooks that run at the end of a component", row.end_hooks.clone());
    }
    if !row.decorators.is_empty() {
        known.add(4, "Decorators that mark components", row.decorators.iter().map(|name| format!("@{name}")));
    }
    if !row.events.is_empty() {
        let events = row.events.keys().map(|event| format!("{name}: {event}"));
        known.add(10, "Events whose frequency or data is known", events);
    }
    if !row.exported.is_empty() || !row.global.is_empty() || !row.values.is_empty() || !row.exported_values.is_empty() {
        known.add(9, "Objects of these types are followed", [name.to_owned()]);
    }
}

fn tell_handler(known: &mut Known, row: &HandlerRow) {
    let place = match (&row.directive, row.files.is_empty()) {
        (Some(directive), _) => format!(" in files with the directive `{directive}`"),
        (None, false) => {
            format!(" in {}", row.files.iter().map(|file| format!("`{file}`")).collect::<Vec<_>>().join(", "))
        }
        (None, true) => String::new(),
    };
    let often = said(row.runs);
    if !row.exported.is_empty() {
        let names = row.exported.iter().map(|name| if name == "*" { "any name".to_owned() } else { name.clone() });
        known.add(5, format!("Exports{place} that are called {often}"), names);
    }
    let decorators = row.decorated.iter().map(|name| format!("@{name}"));
    if !row.decorated.is_empty() {
        known.add(5, format!("Decorators of methods that are called {often}"), decorators);
    }
    if !row.under.is_empty() {
        known.add(5, format!("Keys of objects whose functions are called {often}"), row.under.clone());
    }
}

/// Begins a line about calls that open something.
const fn opens(what: What) -> &'static str {
    match what {
        What::Listener => "Add listeners",
        What::Timer => "Start timers",
        What::Observer => "Create observers",
        What::Subscription => "Subscribe",
        What::Watcher => "Start file watchers",
        What::Worker => "Start threads or processes, or open ports",
        What::ObjectUrl => "Create object URLs",
        What::Socket => "Open connections or devices",
        What::File => "Open files",
        What::Connection => "Take connections from a pool, or open sessions",
        What::Client => "Create clients, pools or other long-lived objects",
        What::Pipe => "Pipe streams",
        _ => "Open something",
    }
}

const fn closes(what: What) -> &'static str {
    match what {
        What::Listener => "Remove listeners",
        What::Timer => "Clear timers",
        What::Observer => "Disconnect observers",
        What::Subscription => "Unsubscribe",
        What::Watcher => "Close file watchers",
        What::Worker => "Terminate threads, processes or ports",
        What::ObjectUrl => "Revoke object URLs",
        What::Socket => "Close connections or devices",
        What::File => "Close files",
        What::Connection => "Release connections or end sessions",
        What::Client => "Close or remove clients, pools or other long-lived objects",
        What::Pipe => "Disconnect streams",
        _ => "Close something",
    }
}

/// Things that a library keeps.
const fn plural(what: What) -> &'static str {
    match what {
        What::Body => "request bodies in memory",
        What::Cache => "cache entries",
        What::Sessions => "sessions in memory",
        What::Jobs => "finished jobs",
        What::Label => "one entry per label value",
        What::Compiled => "compiled or registered items",
        _ => "things",
    }
}

const fn said(often: Often) -> &'static str {
    match often {
        Often::Once => "once",
        Often::Call => "on each call",
        Often::Instance => "once per instance",
        Often::Mount => "once per mount",
        Often::Event => "once per event",
        Often::Tick => "once per tick",
        Often::Request => "once per request",
    }
}
