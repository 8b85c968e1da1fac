//! What a table must keep to beyond its grammar; each fault names the key that is at fault.

use super::keeps::{KEPT, Keeps, Part};
use super::row::{By, HandlerRow, Idle, Often, Row, Sink, TypeRow, What, Which};

/// A fault of one type or row: the key at fault (empty: the whole) and what is wrong.
pub type Fault = (&'static str, String);

/// Faults of a row that show without looking at other tables.
pub fn row(row: &Row) -> Result<(), Fault> {
    selector(row)?;
    effects(row)?;
    if let Some(keeps) = &row.keeps {
        kept(keeps)?;
    }
    let speaks = row.opens.is_some()
        || row.closes.is_some()
        || row.makes.is_some()
        || row.reads.is_some()
        || row.sinks.is_some()
        || row.cleans_up
        || row.keeps.is_some()
        || row.inert
        || row.never_rejects
        || !row.flows.is_empty()
        || row.ends_nothing
        || !row.callback.is_empty();
    if speaks { Ok(()) } else { fault("", "this row does not say what the call does") }
}

/// Faults of a type that show without looking at other tables.
pub fn type_row(row: &TypeRow) -> Result<(), Fault> {
    if row.name.is_empty() || row.name == "any" {
        return fault("name", "a type needs a unique name");
    }
    let exports = [&row.exported, &row.exported_values, &row.decorators];
    if !row.from.is_empty() && exports.iter().all(|names| names.is_empty()) {
        return fault("from", "`from` needs `exported`, `exported-values` or `decorators`");
    }
    if row.made_once.is_some() && row.decorators.is_empty() {
        return fault("made-once", "`made-once` needs `decorators`");
    }
    if row.events.values().any(|event| !event.again.is_empty() && event.runs != Some(Often::Once)) {
        return fault("events", "`again` goes with `runs = \"once\"`");
    }
    page(row.docs.as_deref())
}

/// Faults of a row about handlers.
pub fn handler(row: &HandlerRow) -> Result<(), Fault> {
    let given = [&row.exported, &row.decorated, &row.under].iter().filter(|names| !names.is_empty()).count();
    if given != 1 {
        return fault("", "a handler needs exactly one of `exported`, `decorated`, `under`");
    }
    if row.exported.is_empty() && (row.reloaded || !row.parameters.is_empty()) {
        return fault("exported", "`parameters` and `reloaded` are only allowed with `exported`");
    }
    if row.exported.iter().any(|name| name == "*") && row.parameters.is_empty() && row.directive.is_none() {
        return fault("exported", "the name `*` needs `parameters` or a `directive`");
    }
    Ok(())
}

/// A page is an address that can be opened.
fn page(docs: Option<&str>) -> Result<(), Fault> {
    match docs {
        Some(docs) if !docs.starts_with("https://") => fault("docs", "`docs` is the address of a page: `https://..`"),
        _ => Ok(()),
    }
}

fn selector(row: &Row) -> Result<(), Fault> {
    let given = [&row.function, &row.global, &row.method, &row.new].iter().filter(|names| !names.is_empty()).count();
    if given != 1 {
        return fault("", "a row needs exactly one of `function`, `global`, `method`, `new`");
    }
    let method = !row.method.is_empty();
    if method && row.of.is_none() {
        return fault("method", "`method` needs `of`, the type that has it");
    }
    if !method && row.of.is_some() {
        return fault("of", "`of` is only allowed with `method`");
    }
    let conventional = [row.opens, row.closes].into_iter().flatten().all(is_conventional);
    if row.anywhere && !(method && conventional) {
        return fault("anywhere", "`anywhere` is only allowed with `method`, for listeners and subscriptions");
    }
    page(row.docs.as_deref())?;
    if !row.from.is_empty() && row.function.is_empty() && row.new.is_empty() {
        return fault("from", "`from` is only allowed with `function` and `new`");
    }
    Ok(())
}

fn effects(row: &Row) -> Result<(), Fault> {
    let listens = row.opens == Some(What::Listener);
    if row.callback.is_empty() && (listens || row.opens == Some(What::Timer)) {
        return fault("opens", "this row needs a `callback`, the function that is called");
    }
    if row.opens.is_some_and(|what| KEPT.contains(&what)) {
        return fault("opens", "this kind is not opened and closed: use `keeps`");
    }
    if row.callback.is_empty() && row.event.is_some() && row.closes.is_none() {
        return fault("event", "`event` needs a `callback`, or `closes`");
    }
    if row.closes.is_some() != row.by.is_some() {
        return fault(if row.by.is_some() { "by" } else { "closes" }, "`closes` and `by` are only allowed together");
    }
    let of_clients = [
        ("idle", row.idle != Idle::Stays),
        ("only-with", !row.only_with.is_empty()),
        ("off-with", !row.off_with.is_empty()),
    ];
    if let Some((key, _)) = of_clients.into_iter().find(|(_, said)| *said && row.opens != Some(What::Client)) {
        return fault(key, "this key is only allowed with `opens = \"client\"`");
    }
    if row.ends_nothing && row.closes.is_some() {
        return fault("ends-nothing", "`ends-nothing` and `closes` contradict each other");
    }
    if row.callback.iter().any(|callback| callback.at_end && callback.cleanup.is_some()) {
        return fault("callback", "`at-end` and `cleanup` are not allowed together");
    }
    if row.promised && row.makes.is_none() {
        return fault("promised", "`promised` needs `makes`");
    }
    qualities(row)?;
    if row.data.is_some() && row.sinks.is_none() {
        return fault("data", "`data` needs `sinks`");
    }
    if row.sinks == Some(Sink::Lines) {
        return fault("sinks", "splitting into lines is detected in the code and cannot be set in a row");
    }
    if row.reads.is_some() != row.instead.is_some() {
        return fault(
            if row.reads.is_some() { "reads" } else { "instead" },
            "`reads` and `instead` are only allowed together",
        );
    }
    if row.inert && (row.makes.is_some() || !row.flows.is_empty() || !row.callback.is_empty()) {
        return fault("inert", "what is inert makes nothing, calls nothing and hands nothing on");
    }
    if row.callback.iter().any(|callback| callback.sync && callback.outcome) {
        return fault("callback", "a callback cannot have both `sync` and `outcome`");
    }
    Ok(())
}

/// Keys that say more of what is opened, closed or made.
fn qualities(row: &Row) -> Result<(), Fault> {
    let opening = [
        ("once", row.once),
        ("returns-remover", row.returns_remover),
        ("ends-itself-with", !row.ends_itself_with.is_empty()),
        ("dedupes", row.dedupes),
        ("once-at-date", row.once_at_date),
        ("started-by", row.started_by.is_some()),
    ];
    if let Some((key, _)) = opening.into_iter().find(|(_, said)| *said && row.opens.is_none()) {
        return fault(key, "only a row with `opens` can have this key");
    }
    if row.handler.is_some() && row.by != Some(By::Handler) {
        return fault("handler", "`handler` is only allowed with `by = \"handler\"`");
    }
    if row.stands_for.is_some() && row.makes.is_none() {
        return fault("stands-for", "`stands-for` needs `makes`");
    }
    let listens = [row.opens, row.closes].contains(&Some(What::Listener));
    if row.namespaces && !(listens && row.event == Some(Which::First)) {
        return fault("namespaces", "`namespaces` needs a listener and `event = \"first\"`");
    }
    Ok(())
}

/// Kinds whose methods go by the same names in all libraries.
const fn is_conventional(what: What) -> bool {
    matches!(what, What::Listener | What::Subscription)
}

fn kept(keeps: &Keeps) -> Result<(), Fault> {
    if !KEPT.contains(&keeps.what) {
        return fault("keeps", "this kind is opened and closed: use `opens`");
    }
    let named = [&keeps.bounded_by, &keeps.expires_by, &keeps.off_with, &keeps.only_with, &keeps.keyed_by_options];
    if keeps.options.is_none() && named.iter().any(|names| !names.is_empty()) {
        return fault("keeps", "keys that name options need `options`, the argument that holds them");
    }
    if keeps.fix.is_some() && keeps.options.is_none() {
        return fault("keeps", "`fix` needs `options`");
    }
    if keeps.by_identity && keeps.keyed_by.is_none() {
        return fault("keeps", "`by-identity` needs `keyed-by`");
    }
    if keeps.part == Part::Removes && (keeps.options.is_some() || keeps.keyed_by.is_some()) {
        return fault("keeps", "a call with `part = \"removes\"` needs neither options nor a key");
    }
    Ok(())
}

fn fault(key: &'static str, message: &str) -> Result<(), Fault> {
    Err((key, message.to_owned()))
}
