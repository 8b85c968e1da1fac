//! From the text of tables to the index, with all that shows only when the tables stand side by side.

use globset::{Glob, GlobMatcher};
use rustc_hash::FxHashMap;

use super::error::Step::{Item, Key};
use super::error::{Step, TableError};
use super::row::{By, Often, Row, Table, TypeRow, What};
use super::{Apis, Lifecycle, RowId, Type, TypeId, check};

/// A table with the file it comes from.
struct Source<'a> {
    file: (&'a str, &'a str),
    table: Table,
}

/// A fault: the way to it from the root of the table, and what is wrong.
type Fault<'a> = (Vec<Step<'a>>, String);

pub fn apis(tables: &[(&str, &str)]) -> Result<Apis, TableError> {
    let mut sources = Vec::with_capacity(tables.len());
    for &file in tables {
        let table = toml::from_str(file.1).map_err(|error| TableError::parsing(file.0, file.1, &error))?;
        sources.push(Source { file, table });
    }
    let mut apis = Apis::default();
    each(&sources, |table| declare(&mut apis, table))?;
    each(&sources, |table| connect(&mut apis, table))?;
    each(&sources, |table| types(&mut apis, table))?;
    each(&sources, |table| rows(&mut apis, table))?;
    each(&sources, |table| handlers(&mut apis, table))?;
    inherit(&mut apis);
    apis.patterns = patterns(&apis);
    each(&sources, |table| lasting_fields(&apis, table))?;
    let promises: Vec<String> = apis.modules.keys().filter(|name| name.ends_with("/promises")).cloned().collect();
    for name in promises {
        if let Some(module) = name.strip_suffix("/promises").and_then(|whole| apis.modules.get_mut(whole)) {
            module.promises = Some(name);
        }
    }
    Ok(apis)
}

/// Modules with a `*` in their name, the longest first: it says most.
fn patterns(apis: &Apis) -> Vec<(GlobMatcher, String)> {
    let mut names: Vec<&String> = apis.modules.keys().filter(|name| name.contains('*')).collect();
    names.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    let matcher = |name: &String| Some((Glob::new(name).ok()?.compile_matcher(), name.clone()));
    names.into_iter().filter_map(matcher).collect()
}

fn each<'a>(
    sources: &'a [Source<'_>],
    mut step: impl FnMut(&'a Table) -> Result<(), Fault<'a>>,
) -> Result<(), TableError> {
    for source in sources {
        step(&source.table).map_err(|(steps, message)| TableError::meaning(source.file, &steps, message))?;
    }
    Ok(())
}

/// Gives every type its id.
fn declare<'a>(apis: &mut Apis, table: &'a Table) -> Result<(), Fault<'a>> {
    if table.library.is_empty() || table.docs.is_empty() || table.versions.is_empty() {
        return Err((vec![Key("library")], "`library`, `versions` and `docs` must not be empty".to_owned()));
    }
    for (module, name) in &table.global_modules {
        if apis.global_modules.insert(module.clone(), name.clone()).is_some() {
            return Err((vec![Key("global-modules"), Key(module)], format!("`{module}` has been described before")));
        }
    }
    for (index, row) in table.types.iter().enumerate() {
        let at = |key| vec![Key("type"), Item(index), Key(key)];
        check::type_row(row).map_err(|(key, message)| (at(key), message))?;
        let id = u16::try_from(apis.types.len()).map_err(|_| (at("name"), "too many types".to_owned()))?;
        if apis.type_names.insert(row.name.clone(), TypeId(id)).is_some() {
            return Err((at("name"), format!("there is already a type `{}`", row.name)));
        }
        apis.types.push(Type { name: row.name.clone(), life: row.life, ..Type::default() });
    }
    Ok(())
}

/// Notes what each type itself extends; `inherit` completes the lineage.
fn connect<'a>(apis: &mut Apis, table: &'a Table) -> Result<(), Fault<'a>> {
    for (index, row) in table.types.iter().enumerate() {
        let own = apis.type_names[&row.name];
        for (nth, name) in row.extends.iter().enumerate() {
            let steps = || vec![Key("type"), Item(index), Key("extends"), Item(nth)];
            let parent = named(apis, name).map_err(|message| (steps(), message))?;
            if lineage(apis, parent).contains(&own) {
                return Err((
                    steps(),
                    format!("`{name}` already extends `{}`: types must not extend each other in a circle", row.name),
                ));
            }
            apis.types[usize::from(own.0)].lineage.push(parent);
        }
    }
    Ok(())
}

/// A type and all that it inherits from, nearest first. Here `lineage` still holds the parents alone.
fn lineage(apis: &Apis, id: TypeId) -> Vec<TypeId> {
    let mut all = vec![id];
    let mut next = 0;
    while next < all.len() {
        for parent in &apis.of(all[next]).lineage {
            if !all.contains(parent) {
                all.push(*parent);
            }
        }
        next += 1;
    }
    all
}

fn named(apis: &Apis, name: &str) -> Result<TypeId, String> {
    apis.type_named(name).ok_or_else(|| format!("no table has a type `{name}`"))
}

/// Own fields, events and names of the types.
fn types<'a>(apis: &mut Apis, table: &'a Table) -> Result<(), Fault<'a>> {
    for (index, row) in table.types.iter().enumerate() {
        let way = |steps: &[Step<'a>]| [&[Key("type"), Item(index)], steps].concat();
        let id = apis.type_names[&row.name];
        let mut own = std::mem::take(&mut apis.types[usize::from(id.0)]);
        for (field, name) in &row.fields {
            let of = named(apis, name).map_err(|message| (way(&[Key("fields"), Key(field)]), message))?;
            own.fields.insert(field.clone(), of);
        }
        for (event, said) in &row.events {
            for (nth, name) in said.params.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
                let steps = || way(&[Key("events"), Key(event), Key("params"), Item(nth)]);
                named(apis, name).map_err(|message| (steps(), message))?;
            }
            own.events.insert(event.clone(), said.clone());
        }
        own.outlived_by.extend(row.outlived_by.iter().map(|(field, life)| (field.clone(), *life)));
        own.fails.clone_from(&row.fails);
        own.ends.clone_from(&row.ends);
        apis.types[usize::from(id.0)] = own;
        type_names(apis, table, (row, id)).map_err(|(key, message)| (way(&[Key(key)]), message))?;
    }
    Ok(())
}

fn type_names(apis: &mut Apis, table: &Table, (row, id): (&TypeRow, TypeId)) -> Result<(), check::Fault> {
    if !row.end_hooks.is_empty() || row.made_once.is_some() {
        enter_lifecycle(apis, table, (row, id));
    }
    once(&mut apis.global_types, &row.global, id).map_err(|message| ("global", message))?;
    once(&mut apis.global_values, &row.values, id).map_err(|message| ("values", message))?;
    if row.exported.is_empty() && row.exported_values.is_empty() && row.decorators.is_empty() {
        return Ok(());
    }
    for module in modules(table, &row.from) {
        let module = apis.modules.entry(module.to_owned()).or_default();
        once(&mut module.types, &row.exported, id).map_err(|message| ("exported", message))?;
        once(&mut module.values, &row.exported_values, id).map_err(|message| ("exported-values", message))?;
        once(&mut module.decorators, &row.decorators, id).map_err(|message| ("decorators", message))?;
    }
    Ok(())
}

/// Enters what a framework does with classes of this type.
fn enter_lifecycle(apis: &mut Apis, table: &Table, (row, id): (&TypeRow, TypeId)) {
    let lifecycle = Lifecycle {
        end_hooks: row.end_hooks.clone(),
        hooks: row.hooks.clone(),
        lasting: row.lasting,
        renamed: row.renamed.iter().map(|(old, new)| (old.clone(), new.clone())).collect(),
        renamed_in: row.renamed_in.map(|major| (table.library.clone(), major)),
        made_once: row.made_once.clone(),
    };
    apis.lifecycles.insert(id, lifecycle);
}

fn modules<'a>(table: &'a Table, from: &'a [String]) -> Vec<&'a str> {
    match (from.is_empty(), table.modules.is_empty()) {
        (false, _) => from.iter().map(String::as_str).collect(),
        (true, false) => table.modules.iter().map(String::as_str).collect(),
        (true, true) => vec![&table.library],
    }
}

/// Enters names that must not have been entered before.
fn once<T: Copy>(map: &mut FxHashMap<String, T>, names: &[String], id: T) -> Result<(), String> {
    for name in names {
        if map.insert(name.clone(), id).is_some() {
            return Err(format!("`{name}` is already described by another row"));
        }
    }
    Ok(())
}

fn rows<'a>(apis: &mut Apis, table: &'a Table) -> Result<(), Fault<'a>> {
    for (index, row) in table.rows.iter().enumerate() {
        let whole = [Key("row"), Item(index)];
        let way = |steps: &[Step<'a>]| [&whole, steps].concat();
        let at = |(key, message): check::Fault| (if key.is_empty() { way(&[]) } else { way(&[Key(key)]) }, message);
        check::row(row).map_err(at)?;
        if let Some(name) = &row.makes {
            named(apis, name).map_err(|message| (way(&[Key("makes")]), message))?;
        }
        for (nth, callback) in row.callback.iter().enumerate() {
            for (param, name) in callback.params.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
                let steps = || way(&[Key("callback"), Item(nth), Key("params"), Item(param)]);
                named(apis, name).map_err(|message| (steps(), message))?;
            }
        }
        let id = u16::try_from(apis.rows.len()).map_err(|_| (way(&[]), "too many rows".to_owned()))?;
        enter(apis, table, (row, RowId(id))).map_err(at)?;
        apis.rows.push(row.clone());
    }
    Ok(())
}

fn handlers<'a>(apis: &mut Apis, table: &'a Table) -> Result<(), Fault<'a>> {
    for (index, row) in table.handlers.iter().enumerate() {
        check::handler(row).map_err(|(key, message)| (vec![Key("handler"), Item(index), Key(key)], message))?;
        apis.handlers.enter(row, &modules(table, &row.from));
    }
    Ok(())
}

/// Enters a row under its names.
fn enter(apis: &mut Apis, table: &Table, (row, id): (&Row, RowId)) -> Result<(), check::Fault> {
    if row.opens.is_some() || row.closes.is_some() {
        let names = [&row.global, &row.function, &row.method, &row.new].into_iter().flatten();
        apis.handles.extend(names.map(|name| name.rsplit('.').next().unwrap_or(name).to_owned()));
    }
    let last = |name: &String| name.rsplit('.').next().unwrap_or(name).to_owned();
    if row.reads.is_some() {
        apis.reads.extend(row.function.iter().chain(&row.method).map(last));
    }
    let names = || row.function.iter().chain(&row.global).chain(&row.method).map(last);
    if row.callback.iter().any(|c| c.cleanup.is_some() || (c.runs == Some(Often::Mount) && !c.at_end)) {
        apis.effects.extend(names());
    }
    if row.callback.iter().any(|c| c.at_end) {
        apis.end_hooks.extend(names());
    }
    if row.keeps.is_some() {
        enter_keeper(apis, table, row);
    }
    once(&mut apis.global_functions, &row.global, id).map_err(|message| ("global", message))?;
    let exports = !row.function.is_empty() || !row.new.is_empty();
    for name in modules(table, &row.from).into_iter().filter(|_| exports) {
        let module = apis.modules.entry(name.to_owned()).or_default();
        once(&mut module.functions, &row.function, id).map_err(|message| ("function", message))?;
        once(&mut module.constructors, &row.new, id).map_err(|message| ("new", message))?;
    }
    let Some(of) = &row.of else { return Ok(()) };
    if of == "any" {
        return once(&mut apis.any_methods, &row.method, id).map_err(|message| ("method", message));
    }
    let of = named(apis, of).map_err(|message| ("of", message))?;
    if let (Some(what), Some(By::Handle)) = (row.closes, row.by) {
        for name in &row.method {
            apis.closers.entry(name.clone()).or_default().push(what);
        }
    }
    let methods = &mut apis.types[usize::from(of.0)].methods;
    once(methods, &row.method, id).map_err(|message| ("method", message))?;
    if row.anywhere {
        // Emitters and event targets share names; the first table to claim one wins.
        let sides = [(&mut apis.listens, row.opens), (&mut apis.removes, row.closes)];
        for (map, _) in sides.into_iter().filter(|(_, what)| *what == Some(What::Listener)) {
            for name in &row.method {
                map.entry(name.clone()).or_insert(id);
            }
        }
        if row.opens.is_some_and(What::has_handle) {
            apis.opens.extend(row.method.iter().map(|name| (name.clone(), id)));
        }
    }
    Ok(())
}

/// Notes where a row with `keeps` can be met.
fn enter_keeper(apis: &mut Apis, table: &Table, row: &Row) {
    let last = |name: &String| name.rsplit('.').next().unwrap_or(name).to_owned();
    apis.keepers.globals.extend(row.global.iter().map(last));
    if row.global.is_empty() {
        apis.keepers.names.extend(row.function.iter().chain(&row.method).map(last));
        apis.keepers.modules.extend(modules(table, &row.from).into_iter().map(str::to_owned));
    }
}

/// Copies into every type what it inherits and does not say itself.
fn inherit(apis: &mut Apis) {
    let count = u16::try_from(apis.types.len()).unwrap_or(u16::MAX);
    let mut complete = Vec::with_capacity(apis.types.len());
    for id in (0..count).map(TypeId) {
        let mut whole = Type { lineage: lineage(apis, id), ..Type::default() };
        whole.name.clone_from(&apis.of(id).name);
        for ancestor in whole.lineage.clone() {
            let part = apis.of(ancestor);
            add(&mut whole.methods, &part.methods);
            add(&mut whole.fields, &part.fields);
            add(&mut whole.outlived_by, &part.outlived_by);
            add(&mut whole.events, &part.events);
            whole.life = whole.life.or(part.life);
            add_names(&mut whole.fails, &part.fails);
            add_names(&mut whole.ends, &part.ends);
        }
        complete.push(whole);
    }
    apis.types = complete;
}

#[expect(clippy::iter_over_hash_type, reason = "every entry goes to its own key")]
fn add<T: Clone>(into: &mut FxHashMap<String, T>, from: &FxHashMap<String, T>) {
    for (name, value) in from {
        into.entry(name.clone()).or_insert_with(|| value.clone());
    }
}

fn add_names(into: &mut Vec<String>, from: &[String]) {
    for name in from {
        if !into.contains(name) {
            into.push(name.clone());
        }
    }
}

/// `outlived-by` speaks of fields that the type has.
fn lasting_fields<'a>(apis: &Apis, table: &'a Table) -> Result<(), Fault<'a>> {
    for (index, row) in table.types.iter().enumerate() {
        for field in row.outlived_by.keys() {
            if apis.field(apis.type_names[&row.name], field).is_none() {
                let steps = vec![Key("type"), Item(index), Key("outlived-by"), Key(field)];
                return Err((steps, format!("`{}` has no field `{field}`", row.name)));
            }
        }
    }
    Ok(())
}
