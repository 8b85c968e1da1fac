//! The list of rules and of API tables: a new rule is two lines here.

use crate::rule::Rule;

mod abort_listener_kept;
mod compiled_per_call;
mod eviction_misses_key;
mod expired_entry_kept;
mod handle_overwritten;
mod listener_never_removed;
mod listener_removal_mismatch;
mod metric_label_unbounded;
mod pending_entry_kept;
mod pipe_without_cleanup;
mod promise_never_settles;
mod promise_path_unsettled;
mod queue_keeps_jobs;
mod session_memory_store;
mod timer_never_cleared;
mod unbounded_cache;
mod unbounded_cache_library;
mod unbounded_list;
mod whole_read;
mod write_only_collection;

/// Every rule, in the order of the documentation.
pub const RULES: &[&Rule] = &[
    &unbounded_cache::RULE,
    &unbounded_list::RULE,
    &write_only_collection::RULE,
    &unbounded_cache_library::RULE,
    &expired_entry_kept::RULE,
    &pending_entry_kept::RULE,
    &eviction_misses_key::RULE,
    &metric_label_unbounded::RULE,
    &compiled_per_call::RULE,
    &session_memory_store::RULE,
    &queue_keeps_jobs::RULE,
    &listener_never_removed::RULE,
    &listener_removal_mismatch::RULE,
    &abort_listener_kept::RULE,
    &timer_never_cleared::RULE,
    &handle_overwritten::RULE,
    &promise_never_settles::RULE,
    &promise_path_unsettled::RULE,
    &whole_read::RULE,
    &pipe_without_cleanup::RULE,
];

/// The built-in tables: file name and text.
pub const TABLES: &[(&str, &str)] = &[
    ("agenda.toml", include_str!("apis/agenda.toml")),
    ("ajv.toml", include_str!("apis/ajv.toml")),
    ("apollo.toml", include_str!("apis/apollo.toml")),
    ("bullmq.toml", include_str!("apis/bullmq.toml")),
    ("dataloader.toml", include_str!("apis/dataloader.toml")),
    ("ecma.toml", include_str!("apis/ecma.toml")),
    ("express-session.toml", include_str!("apis/express-session.toml")),
    ("express.toml", include_str!("apis/express.toml")),
    ("fastify.toml", include_str!("apis/fastify.toml")),
    ("ioredis.toml", include_str!("apis/ioredis.toml")),
    ("keyv.toml", include_str!("apis/keyv.toml")),
    ("koa.toml", include_str!("apis/koa.toml")),
    ("lodash.toml", include_str!("apis/lodash.toml")),
    ("lru-cache.toml", include_str!("apis/lru-cache.toml")),
    ("memoize.toml", include_str!("apis/memoize.toml")),
    ("mitt.toml", include_str!("apis/mitt.toml")),
    ("models.toml", include_str!("apis/models.toml")),
    ("node-cache.toml", include_str!("apis/node-cache.toml")),
    ("node-events.toml", include_str!("apis/node-events.toml")),
    ("node-fs.toml", include_str!("apis/node-fs.toml")),
    ("node-http.toml", include_str!("apis/node-http.toml")),
    ("node-labels.toml", include_str!("apis/node-labels.toml")),
    ("node-net.toml", include_str!("apis/node-net.toml")),
    ("node-process.toml", include_str!("apis/node-process.toml")),
    ("node-stream.toml", include_str!("apis/node-stream.toml")),
    ("node-timers.toml", include_str!("apis/node-timers.toml")),
    ("pg.toml", include_str!("apis/pg.toml")),
    ("prisma.toml", include_str!("apis/prisma.toml")),
    ("prom-client.toml", include_str!("apis/prom-client.toml")),
    ("quick-lru.toml", include_str!("apis/quick-lru.toml")),
    ("socket.io.toml", include_str!("apis/socket.io.toml")),
    ("templates.toml", include_str!("apis/templates.toml")),
    ("vue.toml", include_str!("apis/vue.toml")),
    ("web.toml", include_str!("apis/web.toml")),
    ("ws.toml", include_str!("apis/ws.toml")),
];
