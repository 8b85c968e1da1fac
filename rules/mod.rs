//! The list of rules, of API tables and of words: a new rule is two lines here.

use crate::rule::Rule;

mod abort_listener_kept;
mod async_context_kept;
mod body_never_consumed;
mod cleanup_never_runs;
mod client_per_request;
mod closure_context_kept;
mod compiled_per_call;
mod connection_never_released;
mod eviction_misses_key;
mod expired_entry_kept;
mod file_never_closed;
mod finalizer_holds_target;
mod handle_overwritten;
mod listener_never_removed;
mod listener_removal_mismatch;
mod metric_label_unbounded;
mod object_url_never_revoked;
mod observer_never_disconnected;
mod pending_entry_kept;
mod pipe_without_cleanup;
mod process_memory_unlimited;
mod promise_chain_grows;
mod promise_never_settles;
mod promise_path_unsettled;
mod promise_race_retention;
mod queue_keeps_jobs;
mod redis_key_without_expiry;
mod session_memory_store;
mod slice_keeps_parent;
mod socket_never_closed;
mod subscription_never_ended;
mod timer_never_cleared;
mod unbounded_body;
mod unbounded_cache;
mod unbounded_cache_library;
mod unbounded_list;
mod watcher_never_closed;
mod whole_read;
mod worker_never_terminated;
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
    &observer_never_disconnected::RULE,
    &subscription_never_ended::RULE,
    &watcher_never_closed::RULE,
    &worker_never_terminated::RULE,
    &object_url_never_revoked::RULE,
    &socket_never_closed::RULE,
    &file_never_closed::RULE,
    &connection_never_released::RULE,
    &handle_overwritten::RULE,
    &cleanup_never_runs::RULE,
    &promise_never_settles::RULE,
    &promise_path_unsettled::RULE,
    &promise_race_retention::RULE,
    &promise_chain_grows::RULE,
    &whole_read::RULE,
    &unbounded_body::RULE,
    &pipe_without_cleanup::RULE,
    &body_never_consumed::RULE,
    &client_per_request::RULE,
    &redis_key_without_expiry::RULE,
    &process_memory_unlimited::RULE,
    &finalizer_holds_target::RULE,
    &closure_context_kept::RULE,
    &async_context_kept::RULE,
    &slice_keeps_parent::RULE,
];

/// Words that hint.
pub const LEXICON: &str = include_str!("lexicon.toml");

/// What the collections, promises and functions of the language do with values. The value-flow engine reads it besides the
/// others.
pub const LANGUAGE: (&str, &str) = ("ecma-collections.toml", include_str!("apis/ecma-collections.toml"));

/// The built-in tables: file name and text.
pub const TABLES: &[(&str, &str)] = &[
    ("agenda.toml", include_str!("apis/agenda.toml")),
    ("ajv.toml", include_str!("apis/ajv.toml")),
    ("amqplib.toml", include_str!("apis/amqplib.toml")),
    ("angular.toml", include_str!("apis/angular.toml")),
    ("apollo.toml", include_str!("apis/apollo.toml")),
    ("aws.toml", include_str!("apis/aws.toml")),
    ("axios.toml", include_str!("apis/axios.toml")),
    ("bullmq.toml", include_str!("apis/bullmq.toml")),
    ("bun.toml", include_str!("apis/bun.toml")),
    ("chokidar.toml", include_str!("apis/chokidar.toml")),
    ("clouds.toml", include_str!("apis/clouds.toml")),
    ("cron.toml", include_str!("apis/cron.toml")),
    ("custom-elements.toml", include_str!("apis/custom-elements.toml")),
    ("dataloader.toml", include_str!("apis/dataloader.toml")),
    ("deno.toml", include_str!("apis/deno.toml")),
    ("drizzle.toml", include_str!("apis/drizzle.toml")),
    ("ecma.toml", include_str!("apis/ecma.toml")),
    ("discord.js.toml", include_str!("apis/discord.js.toml")),
    ("downloads.toml", include_str!("apis/downloads.toml")),
    ("electron.toml", include_str!("apis/electron.toml")),
    ("express.toml", include_str!("apis/express.toml")),
    ("express-session.toml", include_str!("apis/express-session.toml")),
    ("fastify.toml", include_str!("apis/fastify.toml")),
    ("firebase.toml", include_str!("apis/firebase.toml")),
    ("global.toml", include_str!("apis/global.toml")),
    ("got.toml", include_str!("apis/got.toml")),
    ("history.toml", include_str!("apis/history.toml")),
    ("jquery.toml", include_str!("apis/jquery.toml")),
    ("functions.toml", include_str!("apis/functions.toml")),
    ("graphql.toml", include_str!("apis/graphql.toml")),
    ("hapi.toml", include_str!("apis/hapi.toml")),
    ("hono.toml", include_str!("apis/hono.toml")),
    ("ioredis.toml", include_str!("apis/ioredis.toml")),
    ("kafkajs.toml", include_str!("apis/kafkajs.toml")),
    ("keyv.toml", include_str!("apis/keyv.toml")),
    ("knex.toml", include_str!("apis/knex.toml")),
    ("koa.toml", include_str!("apis/koa.toml")),
    ("lodash.toml", include_str!("apis/lodash.toml")),
    ("leaflet.toml", include_str!("apis/leaflet.toml")),
    ("lru-cache.toml", include_str!("apis/lru-cache.toml")),
    ("mail-and-logs.toml", include_str!("apis/mail-and-logs.toml")),
    ("memoize.toml", include_str!("apis/memoize.toml")),
    ("mitt.toml", include_str!("apis/mitt.toml")),
    ("mobx.toml", include_str!("apis/mobx.toml")),
    ("models.toml", include_str!("apis/models.toml")),
    ("mongodb.toml", include_str!("apis/mongodb.toml")),
    ("mqtt.toml", include_str!("apis/mqtt.toml")),
    ("mysql2.toml", include_str!("apis/mysql2.toml")),
    ("multer.toml", include_str!("apis/multer.toml")),
    ("nest.toml", include_str!("apis/nest.toml")),
    ("next.toml", include_str!("apis/next.toml")),
    ("nitro.toml", include_str!("apis/nitro.toml")),
    ("node-cache.toml", include_str!("apis/node-cache.toml")),
    ("node-cron.toml", include_str!("apis/node-cron.toml")),
    ("node-diagnostics.toml", include_str!("apis/node-diagnostics.toml")),
    ("node-events.toml", include_str!("apis/node-events.toml")),
    ("node-fs.toml", include_str!("apis/node-fs.toml")),
    ("node-http.toml", include_str!("apis/node-http.toml")),
    ("node-labels.toml", include_str!("apis/node-labels.toml")),
    ("node-net.toml", include_str!("apis/node-net.toml")),
    ("node-process.toml", include_str!("apis/node-process.toml")),
    ("node-stream.toml", include_str!("apis/node-stream.toml")),
    ("node-timers.toml", include_str!("apis/node-timers.toml")),
    ("ol.toml", include_str!("apis/ol.toml")),
    ("pg.toml", include_str!("apis/pg.toml")),
    ("prisma.toml", include_str!("apis/prisma.toml")),
    ("prom-client.toml", include_str!("apis/prom-client.toml")),
    ("puppeteer.toml", include_str!("apis/puppeteer.toml")),
    ("quick-lru.toml", include_str!("apis/quick-lru.toml")),
    ("react.toml", include_str!("apis/react.toml")),
    ("redis.toml", include_str!("apis/redis.toml")),
    ("redux.toml", include_str!("apis/redux.toml")),
    ("remix.toml", include_str!("apis/remix.toml")),
    ("rollup.toml", include_str!("apis/rollup.toml")),
    ("rxjs.toml", include_str!("apis/rxjs.toml")),
    ("sequelize.toml", include_str!("apis/sequelize.toml")),
    ("socket.io.toml", include_str!("apis/socket.io.toml")),
    ("solid.toml", include_str!("apis/solid.toml")),
    ("supabase.toml", include_str!("apis/supabase.toml")),
    ("svelte.toml", include_str!("apis/svelte.toml")),
    ("sveltekit.toml", include_str!("apis/sveltekit.toml")),
    ("telegraf.toml", include_str!("apis/telegraf.toml")),
    ("telemetry.toml", include_str!("apis/telemetry.toml")),
    ("templates.toml", include_str!("apis/templates.toml")),
    ("trpc.toml", include_str!("apis/trpc.toml")),
    ("typeorm.toml", include_str!("apis/typeorm.toml")),
    ("undici.toml", include_str!("apis/undici.toml")),
    ("vscode.toml", include_str!("apis/vscode.toml")),
    ("vue.toml", include_str!("apis/vue.toml")),
    ("web.toml", include_str!("apis/web.toml")),
    ("web-handles.toml", include_str!("apis/web-handles.toml")),
    ("webpack.toml", include_str!("apis/webpack.toml")),
    ("ws.toml", include_str!("apis/ws.toml")),
    ("zustand.toml", include_str!("apis/zustand.toml")),
];
