//! API tables: the built-in ones load and say what they should, wrong ones are told where, rows and rules agree.

#[path = "apis/whose.rs"]
mod whose;
#[path = "apis/wrong.rs"]
mod wrong;

use std::collections::BTreeSet;

use leaklint::apis::{Apis, By, Delivers, Life, Often, Part, Row, Sink, TypeId, What, Which};
use leaklint::rules::{LANGUAGE, RULES, TABLES};

fn apis() -> &'static Apis {
    Apis::built_in()
}

fn type_named(name: &str) -> TypeId {
    apis().type_named(name).unwrap_or_else(|| panic!("no type {name}"))
}

fn function(module: &str, export: &str) -> &'static Row {
    apis().row(apis().function(module, export).unwrap_or_else(|| panic!("no row for {export} of {module}")))
}

fn method(of: &str, name: &str) -> &'static Row {
    apis().row(apis().method(type_named(of), name).unwrap_or_else(|| panic!("no row for {name} of {of}")))
}

fn global(name: &str) -> &'static Row {
    apis().row(apis().global_function(name).unwrap_or_else(|| panic!("no row for {name}")))
}

fn field(of: &str, name: &str) -> &'static str {
    apis().field(type_named(of), name).map_or("", |id| apis().type_name(id))
}

// ---- the built-in tables -------------------------------------------------------------------------------------

#[test]
fn every_built_in_table_loads_and_says_what_it_covers() {
    if let Err(error) = Apis::from_tables(TABLES) {
        panic!("{error}");
    }
    for (name, text) in TABLES {
        let first = text.lines().next().unwrap();
        assert!(first.starts_with("# ") && first.ends_with('.'), "{name} does not begin with a sentence");
        assert!(text.contains("docs = \"https://"), "{name} does not say where its rows were read");
    }
}

#[test]
fn every_table_on_disk_is_in_the_list() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/rules/apis");
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let on_disk: BTreeSet<String> = names.collect();
    let listed: BTreeSet<String> = TABLES.iter().chain([&LANGUAGE]).map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(on_disk, listed);
}

#[test]
fn the_worked_example_of_the_readme_is_a_table() {
    let read = |path: &str| std::fs::read_to_string(format!("{}/rules/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let (readme, table) = (read("README.md"), read("apis/mitt.toml"));
    let shown = readme.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next());
    assert_eq!(shown, Some(&table[..]));
}

// ---- rows and rules ------------------------------------------------------------------------------------------

/// The rule that asks about a kind. A kind is excused only while no rule of that name is listed.
const ASKERS: &[(What, &str)] = &[
    (What::Listener, "listener-never-removed"),
    (What::Timer, "timer-never-cleared"),
    (What::Observer, "observer-never-disconnected"),
    (What::Subscription, "subscription-never-ended"),
    (What::Watcher, "watcher-never-closed"),
    (What::Worker, "worker-never-terminated"),
    (What::ObjectUrl, "object-url-never-revoked"),
    (What::Socket, "socket-never-closed"),
    (What::File, "file-never-closed"),
    (What::Connection, "connection-never-released"),
    (What::Whole, "whole-read"),
    (What::Pipe, "pipe-without-cleanup"),
    (What::Body, "unbounded-body"),
    (What::Cache, "unbounded-cache-library"),
    (What::Label, "metric-label-unbounded"),
    (What::Compiled, "compiled-per-call"),
    (What::Context, "async-context-kept"),
    (What::Sessions, "session-memory-store"),
    (What::Jobs, "queue-keeps-jobs"),
    (What::Client, "client-per-request"),
];

fn offered() -> BTreeSet<What> {
    let opened = apis().rows().filter_map(|row| row.opens);
    let read = apis().rows().filter_map(|row| row.reads.map(|_| What::Whole));
    let kept = apis().rows().filter_map(|row| row.keeps.as_ref().map(|keeps| keeps.what));
    opened.chain(read).chain(kept).collect()
}

#[test]
fn every_kind_that_a_rule_asks_about_has_a_row() {
    let offered = offered();
    for rule in RULES {
        for what in rule.whats {
            assert!(offered.contains(what), "{} asks about {what:?}, which no row opens, reads or keeps", rule.id);
        }
    }
    let kinds: BTreeSet<What> = ASKERS.iter().map(|(what, _)| *what).collect();
    assert_eq!(offered, kinds, "every kind that rows offer needs a rule here, and the other way round");
}

#[test]
fn every_kind_that_rows_offer_is_asked_about() {
    for (what, asker) in ASKERS {
        let asked = RULES.iter().any(|rule| rule.whats.contains(what));
        let expected = RULES.iter().any(|rule| rule.id == *asker);
        assert!(asked || !expected, "{asker} does not ask about {what:?}, and no other rule does");
    }
}

#[test]
fn what_can_be_opened_can_be_closed() {
    let opened: BTreeSet<What> = apis().rows().filter_map(|row| row.opens).collect();
    for what in opened {
        assert!(apis().rows().any(|row| row.closes == Some(what)), "{what:?} cannot be closed");
    }
}

#[test]
fn what_is_added_is_added_to_something() {
    let offers = |what, part| apis().rows().filter_map(|r| r.keeps.as_ref()).any(|k| k.what == what && k.part == part);
    for what in [What::Cache, What::Jobs] {
        assert!(offers(what, Part::Holds) && offers(what, Part::Adds), "{what:?} has no store, or nothing fills it");
    }
    for what in [What::Label, What::Compiled] {
        assert!(offers(what, Part::Adds), "nothing adds {what:?}");
    }
}

#[test]
fn rows_that_keep_are_found_by_module_and_name() {
    let apis = apis();
    assert!(apis.keeps_for_module("lru-cache") && apis.keeps_for_module("node:perf_hooks"));
    assert!(!apis.keeps_for_module("express") && !apis.keeps_for_module("fs"));
    assert!(apis.may_keep("time", true) && apis.may_keep("observe", false) && !apis.may_keep("observe", true));
}

// ---- look-ups: names -----------------------------------------------------------------------------------------

#[test]
fn modules_are_known_by_all_their_spellings() {
    for module in ["fs", "node:fs", "fs/promises", "node:fs/promises", "events", "events/", "express", "@prisma/client"]
    {
        assert!(apis().knows_module(module), "{module}");
    }
    for module in ["", "node:", "left-pad", "./fs", "fs/promises/x", "web", "ecmascript", "node"] {
        assert!(!apis().knows_module(module), "{module}");
    }
}

#[test]
fn exports_are_known_by_all_their_spellings() {
    let id = apis().function("fs/promises", "readFile");
    assert!(id.is_some());
    for (module, export) in [
        ("fs", "promises.readFile"),
        ("node:fs", "promises.readFile"),
        ("fs", "default.promises.readFile"),
        ("node:fs/promises", "default.readFile"),
        ("fs/promises", "*.readFile"),
    ] {
        assert_eq!(apis().function(module, export), id, "{export} of {module}");
    }
    assert_ne!(apis().function("fs", "readFile"), id);
    assert_eq!(apis().function("express", "*"), apis().function("express", "default"));
    assert_eq!(apis().function("fs", "promises"), None);
    assert_eq!(apis().function("express", "readFile"), None);
}

#[test]
fn calls_make_values_of_known_types() {
    for (module, export, made) in [
        ("express", "default", "express.Application"),
        ("express", "Router", "express.Router"),
        ("express", "default.Router", "express.Router"),
        ("fastify", "default", "fastify.Instance"),
        ("fastify", "fastify", "fastify.Instance"),
        ("fs", "createReadStream", "fs.ReadStream"),
        ("graceful-fs", "createWriteStream", "fs.WriteStream"),
        ("node:http", "createServer", "http.Server"),
        ("https", "get", "ClientRequest"),
        ("zlib", "createGzip", "Zlib"),
        ("crypto", "createHash", "crypto.Hash"),
        ("child_process", "spawn", "child_process.Spawned"),
        ("child_process", "fork", "ChildProcess"),
        ("socket.io-client", "io", "socket.io.Client"),
        ("timers", "setInterval", "Timeout"),
        ("undici", "fetch", "Response"),
        ("node-fetch", "default", "Response"),
        ("follow-redirects", "https.get", "ClientRequest"),
    ] {
        assert_eq!(function(module, export).makes.as_deref(), Some(made), "{export} of {module}");
    }
    assert!(global("fetch").promised);
    assert!(method("pg.Pool", "connect").promised);
    assert_eq!(method("express.Application", "route").makes.as_deref(), Some("express.Route"));
    assert_eq!(method("express.Route", "get").makes.as_deref(), Some("express.Route"));
}

#[test]
fn classes_are_known_by_module_and_export() {
    for (module, export, name) in [
        ("events", "default", "EventEmitter"),
        ("node:events", "EventEmitter", "EventEmitter"),
        ("eventemitter3", "default", "EventEmitter"),
        ("stream", "PassThrough", "PassThrough"),
        ("http", "IncomingMessage", "IncomingMessage"),
        ("express", "Request", "express.Request"),
        ("koa", "default", "koa.Application"),
        ("@koa/router", "default", "koa.Router"),
        ("ws", "WebSocketServer", "ws.Server"),
        ("ws", "WebSocket.Server", "ws.Server"),
        ("ws", "default", "ws.WebSocket"),
        ("ws", "default.Server", "ws.Server"),
        ("socket.io", "Server", "socket.io.Server"),
        ("pg", "Pool", "pg.Pool"),
        ("pg", "default.Client", "pg.Client"),
        ("ioredis", "default", "ioredis.Redis"),
        ("ioredis", "Redis.Cluster", "ioredis.Cluster"),
        ("@prisma/client", "PrismaClient", "PrismaClient"),
        ("lru-cache", "LRUCache", "LRUCache"),
        ("worker_threads", "Worker", "worker_threads.Worker"),
    ] {
        let found = apis().exported_type(module, export).map(|id| apis().type_name(id));
        assert_eq!(found, Some(name), "{export} of {module}");
    }
    assert_eq!(apis().exported_type("express", "default"), None);
    let made = apis().constructor("ws", "WebSocketServer").and_then(|id| apis().row(id).makes.as_deref());
    assert_eq!(made, Some("ws.Server"));
    assert_eq!(apis().constructor("events", "EventEmitter"), None);
}

#[test]
fn globals_are_classes_values_or_functions() {
    let name = |id: Option<TypeId>| id.map_or("", |id| apis().type_name(id));
    assert_eq!(name(apis().global_type("AbortController")), "AbortController");
    assert_eq!(name(apis().global_type("window.WebSocket")), "WebSocket");
    assert_eq!(name(apis().global_type("NodeJS.Timeout")), "Timeout");
    assert_eq!(name(apis().global_value("process")), "Process");
    assert_eq!(name(apis().global_value("globalThis.document")), "Document");
    assert_eq!(apis().global_type("process"), None);
    assert_eq!(name(apis().exported_value("node:process", "default")), "Process");
    assert_eq!(name(apis().exported_value("process", "stdin")), "Readable");
    assert_eq!(name(apis().exported_value("worker_threads", "parentPort")), "worker_threads.MessagePort");
    assert_eq!(apis().global_function("globalThis.setTimeout"), apis().global_function("setTimeout"));
    assert_eq!(apis().global_function("window.self.setTimeout"), apis().global_function("setTimeout"));
    assert_eq!(apis().global_function("setTimeou"), None);
}

#[test]
fn some_methods_mean_the_same_on_anything() {
    let each = apis().row(apis().any_method("forEach").unwrap());
    assert!(each.callback[0].sync && each.callback[0].runs.is_none());
    assert!(!apis().row(apis().any_method("then").unwrap()).callback[0].sync);
    assert!(apis().any_method("on").is_none());

    let listens = ["on", "once", "addListener", "prependListener", "prependOnceListener", "addEventListener"];
    for name in listens {
        let row = apis().row(apis().listener_method(name).unwrap());
        assert_eq!(row.opens, Some(What::Listener), "{name}");
        assert_eq!(row.once, name.ends_with("nce") || name.contains("Once"), "{name}");
        assert!(apis().listener_removal(name).is_none(), "{name}");
    }
    for name in ["off", "removeListener", "removeEventListener", "removeAllListeners"] {
        assert_eq!(apis().row(apis().listener_removal(name).unwrap()).closes, Some(What::Listener), "{name}");
    }
    assert_eq!(apis().row(apis().listener_removal("removeAllListeners").unwrap()).by, Some(By::Receiver));
    for name in ["$on", "onAny", "subscribe", "emit"] {
        assert!(apis().listener_method(name).is_none(), "{name}");
    }
}

// ---- look-ups: types -----------------------------------------------------------------------------------------

#[test]
fn types_inherit() {
    for (name, ancestor) in [
        ("IncomingMessage", "EventEmitter"),
        ("express.Request", "Readable"),
        ("express.Response", "ServerResponse"),
        ("express.Response", "Writable"),
        ("express.Application", "EventEmitter"),
        ("tls.TLSSocket", "Duplex"),
        ("fs.ReadStream", "Stream"),
        ("Process", "EventEmitter"),
        ("AbortSignal", "EventTarget"),
        ("pg.PoolClient", "pg.Client"),
        ("ws.WebSocket", "EventTarget"),
        ("Socket", "Socket"),
    ] {
        assert!(apis().is_a_named(type_named(name), ancestor), "{name} is a {ancestor}");
    }
    for (name, other) in [("Readable", "Writable"), ("EventEmitter", "Stream"), ("AbortSignal", "EventEmitter")] {
        assert!(!apis().is_a(type_named(name), type_named(other)), "{name} is no {other}");
    }
    assert!(!apis().is_a_named(type_named("Socket"), "no such type"));
}

#[test]
fn own_rows_come_before_inherited_ones() {
    assert_eq!(method("Writable", "end").sinks, Some(Sink::Stream));
    assert_eq!(method("express.Response", "end").sinks, Some(Sink::Response));
    assert_eq!(method("express.Response", "json").sinks, Some(Sink::Response));
    assert_eq!(method("crypto.Hash", "update").sinks, Some(Sink::Hash));
    assert_eq!(method("fs.ReadStream", "pipe").opens, Some(What::Pipe));
    assert_eq!(method("MediaQueryList", "addListener").callback[0].at, Which::First);
    assert_eq!(method("PrismaClient", "$on").opens, Some(What::Listener));
    assert_eq!(apis().method(type_named("Response"), "on"), None);
}

#[test]
fn fields_lead_to_types_that_may_live_longer() {
    for (of, name, to, life) in [
        ("express.Request", "socket", "http.KeptSocket", None),
        ("IncomingMessage", "connection", "http.KeptSocket", None),
        ("express.Request", "app", "express.Application", Some(Life::Process)),
        ("fastify.Request", "raw", "IncomingMessage", None),
        ("fastify.Reply", "raw", "ServerResponse", None),
        ("koa.Context", "req", "IncomingMessage", None),
        ("koa.Context", "app", "koa.Application", Some(Life::Process)),
        ("ChildProcess", "stdout", "Readable", None),
        ("AbortController", "signal", "AbortSignal", None),
        ("socket.io.Socket", "server", "socket.io.Server", Some(Life::Process)),
        ("Document", "body", "Element", Some(Life::Process)),
    ] {
        assert_eq!(field(of, name), to, "{of}.{name}");
        assert_eq!(apis().field_life(type_named(of), name), life, "{of}.{name}");
    }
    assert_eq!(apis().field(type_named("Socket"), "server"), None);
    for (of, life) in [
        ("IncomingMessage", Some(Life::Request)),
        ("express.Response", Some(Life::Request)),
        ("tls.TLSSocket", Some(Life::Request)),
        ("http.KeptSocket", Some(Life::Instance)),
        ("ws.WebSocket", Some(Life::Request)),
        ("pg.PoolClient", Some(Life::Instance)),
        ("Process", Some(Life::Process)),
        ("EventEmitter", None),
        ("pg.Client", None),
    ] {
        assert_eq!(apis().type_life(type_named(of)), life, "{of}");
    }
}

#[test]
fn events_tell_how_often_and_with_what() {
    for (of, event, runs, params) in [
        ("http.Server", "request", Some(Often::Request), &["IncomingMessage", "ServerResponse"][..]),
        ("http.Server", "connection", None, &["Socket"]),
        ("http.Server", "listening", Some(Often::Once), &[]),
        ("ws.Server", "connection", None, &["ws.WebSocket", "IncomingMessage"]),
        ("socket.io.Server", "connection", None, &["socket.io.Socket"]),
        ("fastify.Instance", "onRequest", Some(Often::Request), &["fastify.Request", "fastify.Reply"]),
        ("fastify.Instance", "onClose", Some(Often::Once), &["fastify.Instance"]),
        ("express.Request", "end", Some(Often::Once), &[]),
        ("hapi.Server", "onPreStart", Some(Often::Once), &[]),
        ("Process", "SIGTERM", Some(Often::Event), &[]),
        ("UnknownEmitter", "ready", Some(Often::Once), &[]),
    ] {
        let row = apis().event(type_named(of), event).unwrap_or_else(|| panic!("{event} of {of}"));
        assert_eq!(
            (row.runs, &row.params[..]),
            (runs, &params.iter().map(|p| (*p).to_owned()).collect::<Vec<_>>()[..])
        );
    }
    assert!(apis().event(type_named("Readable"), "data").is_none());
    // The name of an event says nothing about how often it comes.
    for (of, event) in [
        ("ioredis.Redis", "ready"),
        ("redis.Client", "ready"),
        ("browser.Page", "load"),
        ("EventEmitter", "ready"),
        ("web.IDBCursorRequest", "success"),
        ("hapi.Server", "onRequest"),
    ] {
        assert!(apis().event(type_named(of), event).is_none(), "{event} of {of}");
    }
    let again = |of: &str, event: &str| apis().event(type_named(of), event).map_or(0, |row| row.again.len());
    for (of, event) in [("FileReader", "load"), ("XMLHttpRequest", "load"), ("Element", "load"), ("Socket", "connect")]
    {
        assert!(again(of, event) > 0, "{event} of {of}");
    }
    assert!(apis().event(type_named("Process"), "SIGTERM").unwrap().once_if_exits);
    let fails = |of| apis().fails(type_named(of)).collect::<BTreeSet<_>>();
    assert!(fails("IncomingMessage").is_superset(&BTreeSet::from(["error", "close", "aborted"])));
    assert!(fails("ClientRequest").is_superset(&BTreeSet::from(["error", "abort", "timeout", "close"])));
    assert_eq!(fails("AbortSignal"), BTreeSet::from(["abort"]));
    for (of, event, ends) in [
        ("express.Response", "close", true),
        ("Socket", "close", true),
        ("ChildProcess", "exit", false),
        ("ChildProcess", "close", false),
        ("child_process.Spawned", "close", true),
        ("child_process.Spawned", "exit", false),
        ("worker_threads.Worker", "exit", true),
        ("ws.WebSocket", "close", true),
        ("Readable", "data", false),
        ("AbortSignal", "abort", false),
        ("http.Server", "close", false),
        ("EventEmitter", "close", false),
    ] {
        assert_eq!(apis().ends(type_named(of), event), ends, "{event} of {of}");
    }
}

// ---- look-ups: what calls do ---------------------------------------------------------------------------------

#[test]
fn handlers_run_once_for_each_request() {
    for row in [
        method("express.Application", "get"),
        method("express.Router", "use"),
        method("express.Route", "post"),
        method("fastify.Instance", "get"),
        method("fastify.Instance", "route"),
        method("fastify.Instance", "setErrorHandler"),
        method("koa.Application", "use"),
        method("koa.Router", "get"),
        function("http", "createServer"),
        function("http2", "createSecureServer"),
    ] {
        assert!(row.callback.iter().all(|callback| callback.runs == Some(Often::Request)), "{row:?}");
    }
    let handler = &method("express.Application", "use").callback[0];
    assert_eq!(handler.at, Which::All);
    assert_eq!(handler.param(0, 2), Some("express.Request"));
    assert_eq!(handler.param(1, 3), Some("express.Response"));
    assert_eq!(handler.param(2, 3), None);
    assert_eq!([handler.param(0, 4), handler.param(1, 4)], [None, Some("express.Request")]);
    assert_eq!(handler.param(9, 4), None);
    assert_eq!(method("fastify.Instance", "register").callback[0].runs, None);
    assert_eq!(method("fastify.Instance", "addHook").event, Some(Which::First));
}

#[test]
fn timers_listeners_reads_and_sinks_are_told() {
    assert_eq!(global("setInterval").callback[0].runs, Some(Often::Tick));
    assert_eq!((global("setTimeout").opens, global("setTimeout").once), (Some(What::Timer), true));
    assert_eq!(
        (global("requestAnimationFrame").opens, global("requestAnimationFrame").once),
        (Some(What::Timer), true)
    );
    assert_eq!((global("setInterval").once, global("setImmediate").opens), (false, None));
    for name in ["clearInterval", "clearTimeout", "cancelAnimationFrame"] {
        assert_eq!((global(name).closes, global(name).by), (Some(What::Timer), Some(By::Argument)));
    }
    assert_eq!(method("Timeout", "close").by, Some(By::Handle));
    for (module, export, reads) in [
        ("fs", "readFile", Delivers::Callback),
        ("fs", "readFileSync", Delivers::Return),
        ("fs", "promises.readFile", Delivers::Promise),
        ("fs-extra", "readFile", Delivers::Promise),
        ("stream/consumers", "text", Delivers::Promise),
    ] {
        assert_eq!(function(module, export).reads, Some(reads), "{export} of {module}");
        assert!(function(module, export).instead.is_some());
    }
    assert_eq!(method("Response", "arrayBuffer").reads, Some(Delivers::Promise));
    let written = function("fs", "promises.writeFile");
    assert_eq!((written.sinks, written.data), (Some(Sink::File), Some(Which::Second)));
    for (module, export) in
        [("stream", "pipeline"), ("stream", "promises.pipeline"), ("stream", "finished"), ("on-finished", "default")]
    {
        assert!(function(module, export).cleans_up, "{export} of {module}");
    }
    for (module, export) in [("fs", "stat"), ("child_process", "exec"), ("zlib", "gzip"), ("dns", "lookup")] {
        assert!(function(module, export).callback[0].outcome, "{export} of {module}");
    }
}
