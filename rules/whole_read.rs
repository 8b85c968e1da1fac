//! `whole-read`: a file, body or stream is brought into memory at once where a stream would do.

use crate::apis::{Often, Sink, What};
use crate::facts::repairs::Leftover;
use crate::facts::{Domain, FileName, Read};
use crate::finding::{Confidence, Edit, Finding, Fix, Severity};
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
        message: format!("`{}` brings the whole {subject} into memory {often}", read.api),
        labels,
        help: help(read),
        fixes: fix(unit, read).into_iter().collect(),
        ..unit.finding(read.span, confidence)
    }
}

const fn name(sink: Sink) -> &'static str {
    match sink {
        Sink::Response => "the response",
        Sink::Hash => "a hash",
        Sink::File => "a file",
        Sink::Stream => "a stream",
        Sink::Lines => "its lines, one by one",
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
        Some(Sink::File) if from.starts_with("create") => "copy it with `copyFile`, past the memory".into(),
        Some(Sink::File) => format!("stream it: `await pipeline({from}, createWriteStream(path))`"),
        Some(Sink::Hash) => format!("update the hash in pieces: `for await (const c of {from}) hash.update(c)`"),
        Some(Sink::Lines) => format!("take lines: `for await (const line of createInterface({{ input: {from} }}))`"),
        None => format!("read it in pieces with `{from}`, or refuse files above a size"),
    }
}

/// What is imported in addition, and what is not needed any more; one takes the place of the other where they meet.
fn imported(unit: &Unit, import: Option<Edit>, unused: Option<&Leftover>) -> Vec<Edit> {
    let Some(unused) = unused else { return import.into_iter().collect() };
    let gone = |span, text| Edit { file: unit.id, span, text };
    match import {
        Some(import) if unused.lines.contains(import.span) => {
            vec![gone(unused.written, import.text.trim().to_owned())]
        }
        import => import.into_iter().chain([gone(unused.lines, String::new())]).collect(),
    }
}

fn fix(unit: &Unit, read: &Read) -> Option<Fix> {
    let rewrite = read.rewrite.as_ref()?;
    let imports = &unit.facts.imports;
    let module = if rewrite.awaits { "stream/promises" } else { "stream" };
    let (names, import) = imports.need(unit.id, &[(module, "pipeline"), ("fs", "createReadStream")])?;
    let streams = format!("{}({}({}), {}", names[0], names[1], rewrite.source, rewrite.target);
    let text = if rewrite.awaits {
        format!("await {streams});")
    } else {
        format!("{streams}, (error) => {{ if (error) console.error(error){} }});", imports.manner.end())
    };
    let text = text.trim_end_matches(';').to_owned() + imports.manner.end();
    // What is written may go by the same name: `fs.createReadStream`.
    let used = |left: &&Leftover| names.iter().any(|name| name.split('.').next() == Some(left.name.as_str()));
    let unused = rewrite.unused.as_ref().filter(|left| !used(left));
    let removed = rewrite.remove.map(|span| Edit { file: unit.id, span, text: String::new() });
    let written = Edit { file: unit.id, span: rewrite.statement, text };
    let edits = imported(unit, import, unused).into_iter().chain(removed).chain([written]).collect();
    Some(Fix { title: "stream the file".into(), safe: false, edits })
}
