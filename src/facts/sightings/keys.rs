//! Keys in Redis that are made from what comes in, and that nothing makes expire.

use oxc_ast::ast::{Argument, CallExpression, Expression, ObjectPropertyKind};
use oxc_span::GetSpan;
use rustc_hash::FxHashSet;

use super::{Seen, argument};
use crate::facts::Domain;
use crate::facts::functions::key_name;
use crate::facts::reader::{Reader, last_name, peel};
use crate::facts::sites::{May, Named};
use crate::finding::Confidence;

/// Types whose methods are commands of Redis.
const CLIENTS: [&str; 4] = ["ioredis.Redis", "ioredis.Cluster", "redis.Client", "redis.Pool"];

/// Commands that make a key, or make it larger.
const WRITES: [&str; 28] = [
    "set", "hset", "hmset", "hSet", "lpush", "rpush", "lPush", "rPush", "sadd", "sAdd", "zadd", "zAdd", "xadd", "xAdd",
    "incr", "incrby", "incrBy", "hincrby", "hIncrBy", "append", "setnx", "setNX", "getset", "getSet", "mset", "pfadd",
    "pfAdd", "zincrby",
];

/// Commands that let a key expire, or keep a list short.
const EXPIRES: [&str; 18] = [
    "expire",
    "pexpire",
    "expireat",
    "pexpireat",
    "pExpire",
    "expireAt",
    "pExpireAt",
    "setex",
    "setEx",
    "psetex",
    "pSetEx",
    "ltrim",
    "lTrim",
    "xtrim",
    "xTrim",
    "del",
    "unlink",
    "persist",
];

/// Options of `set` and `xadd` that do the same.
const OPTIONS: [&str; 9] = ["EX", "PX", "EXAT", "PXAT", "KEEPTTL", "MAXLEN", "EXPIRATION", "TRIM", "TTL"];

impl<'a> Reader<'a, '_> {
    /// Keys, as written, that something in the file makes expire or removes.
    pub(super) fn expiring_keys(&self) -> FxHashSet<&'a str> {
        let mut found = FxHashSet::default();
        for Named { call, name, .. } in self.calls_that(May::REDIS) {
            if EXPIRES.contains(&name)
                && let Some(key) = argument(&call.arguments, 0)
            {
                found.insert(key.span().source_text(self.text));
            }
        }
        found
    }

    pub(super) fn note_redis_key(
        &mut self,
        call: &'a CallExpression<'a>,
        client: &'a Expression<'a>,
        expiring: &FxHashSet<&'a str>,
    ) {
        let Some(name) = last_name(&call.callee).filter(|name| WRITES.contains(name)) else { return };
        let Some(key) = argument(&call.arguments, 0) else { return };
        if expiring.contains(key.span().source_text(self.text)) || call.arguments[1..].iter().any(is_expiry) {
            return;
        }
        if !matches!(self.domain_of(key), Domain::Params(_) | Domain::Fresh) {
            return;
        }
        let known = CLIENTS.iter().any(|of| self.is_a(client, of));
        // A client that another file makes is only guessed by its name.
        let named = last_name(client).is_some_and(|name| name.to_ascii_lowercase().contains("redis"));
        if known || named {
            let most = if known { Confidence::Likely } else { Confidence::Guess };
            let span = self.head_of_call(call);
            let about = (span, format!("{name}({})", self.text_of(key.span(), 40)), None);
            self.see((Seen::Key, most), call.node_id.get(), about);
        }
    }
}

/// `'EX', 3600` or `{ EX: 3600 }`; options that are not visible may hold one.
fn is_expiry(argument: &Argument<'_>) -> bool {
    match argument.as_expression().map(peel) {
        Some(Expression::StringLiteral(s)) => OPTIONS.contains(&s.value.to_ascii_uppercase().as_str()),
        Some(Expression::ObjectExpression(object)) => object.properties.iter().any(|property| match property {
            ObjectPropertyKind::ObjectProperty(p) => {
                key_name(&p.key).is_some_and(|name| OPTIONS.iter().any(|option| option.eq_ignore_ascii_case(name)))
            }
            ObjectPropertyKind::SpreadProperty(_) => true,
        }),
        None => true,
        _ => false,
    }
}

/// Whether a method of this name may be a command of Redis that we look at.
pub(in crate::facts) fn is_of_redis(name: &str) -> bool {
    WRITES.contains(&name) || EXPIRES.contains(&name)
}
