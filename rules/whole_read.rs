//! `whole-read`: a file, body or stream is brought into memory at once where a stream would do.

use crate::apis::{Often, Sink, What};
use crate::facts::{Domain, FileName, Read};
use crate::finding::{Confidence, Finding, Severity};
use crate::program::{Program, Unit};
use crate::rule::{Findings, Group, Rule};

pub const RULE: Rule = Rule {
    id: "whole-read",
    page: include_str!("whole_read.md"),
    group: Group::Streams,
    severity: Severity::Warning,
    pedantic: false,
    whats: &[What::Whole],
    check,
};

fn check(program: &Program, findings: &mut Findings) {
    for unit in &program.files {
        for read in &unit.facts.reads {
            if let Some(confidence) = judge(unit, read) {
                findings.add(finding(unit, read, confidence));
            }
        }
    }
}

fn judge(unit: &Unit, read: &Read) -> Option<Confidence> {
    let runs = unit.runs_of(read.function);
    let goes_to = |sink: Sink| read.passes_to.iter().any(|(s, _)| *s == sink);
    // What is made into a stream again could have been one all the time.
    let again = read.instead.starts_with("getObject") && goes_to(Sink::Stream);
    let passes = !read.passes_to.is_empty() && (read.other_uses == 0 || again);
    if read.once_guard || read.file_name == FileName::Small {
        return None;
    }
    if runs.often == Often::Once {
        let piecewise = passes && read.is_argument && (goes_to(Sink::Lines) || goes_to(Sink::Hash));
        return piecewise.then_some(Confidence::Likely);
    }
    let domain = read.source.as_ref().map(|key| &key.domain);
    if runs.often == Often::Request {
        return match (passes, domain.is_some_and(|d| unit.is_from_request(d))) {
            (true, _) => Some(if runs.certain { Confidence::Sure } else { Confidence::Likely }),
            (false, true) => Some(Confidence::Likely),
            (false, false) => None,
        };
    }
    // A name written in the code is that of a file whose size the author knows.
    if !passes || domain == Some(&Domain::Finite) || read.file_name == FileName::Given {
        return None;
    }
    Some(if runs.certain { Confidence::Likely } else { Confidence::Guess })
}

fn finding(unit: &Unit, read: &Read, confidence: Confidence) -> Finding {
    let subject = match read.instead.as_str() {
        "createReadStream" => "file",
        "response.body" | "response.Body" | "responseType: 'stream'" => "body",
        _ => "stream",
    };
    let often = crate::program::runs::per(unit.runs_of(read.function).often);
    let mut labels = vec![unit.label(read.span, format!("reads the whole {subject}, {often}"))];
    let only = if read.other_uses == 0 { "only passes through, to " } else { "goes to " };
    labels.extend(read.passes_to.iter().map(|(sink, at)| unit.label(*at, format!("the data {only}{}", name(*sink)))));
    labels.push(unit.because(read.function));
    Finding {
        message: format!("`{}` reads the whole {subject} into memory {often}", read.api),
        labels,
        help: help(read),
        fixes: read.rewrite.as_ref().and_then(|rewrite| unit.streamed(rewrite)).into_iter().collect(),
        ..unit.finding(read.span, confidence)
    }
}

const fn name(sink: Sink) -> &'static str {
    match sink {
        Sink::Response => "the response",
        Sink::Hash => "a hash",
        Sink::File => "a file",
        Sink::Stream => "a stream",
        Sink::Lines => "its lines, one at a time",
    }
}

fn help(read: &Read) -> String {
    let from = match read.instead.as_str() {
        "createReadStream" => "createReadStream(path)",
        "response.body" => "Readable.fromWeb(response.body)",
        "getObject().createReadStream" => "s3.getObject(params).createReadStream()",
        _ => "source",
    };
    match read.passes_to.first().map(|(sink, _)| *sink) {
        Some(Sink::Response | Sink::Stream) => format!("stream it: `await pipeline({from}, target)`"),
        Some(Sink::File) if from.starts_with("create") => "copy it with `copyFile`".into(),
        Some(Sink::File) => format!("stream it: `await pipeline({from}, createWriteStream(path))`"),
        Some(Sink::Hash) => format!("hash it in chunks: `for await (const c of {from}) hash.update(c)`"),
        Some(Sink::Lines) => format!("use lines: `for await (const line of createInterface({{ input: {from} }}))`"),
        None => format!("read it in chunks with `{from}`, or reject files above a size limit"),
    }
}
