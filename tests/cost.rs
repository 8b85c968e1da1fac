//! What a run costs, in instructions: they are the same on every machine, however busy it is.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod project;
mod said;

use std::fmt::Write;
use std::process::{Command, Stdio};

use project::Project;

/// Instructions for each byte of the sample, start-up left out, as this was last looked at: when names came to count by
/// their imports, fixes to ask whether their words mean the same elsewhere, and texts whether a tool wrote them. The build of the tests is not
/// optimised; what makes it slower makes the command slower too.
const BUDGET: u64 = 2_900;

/// How much more than the budget is let through, in percent.
const TOLERANCE: u64 = 10;

/// Files of the small sample; the large one has eight times as many.
const FILES: usize = 12;

/// Instructions that the command takes for these arguments, by valgrind; `None` without it on a machine that is no CI.
fn instructions(project: &Project, arguments: &[&str]) -> Option<u64> {
    let valgrind = Command::new("valgrind")
        .args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"])
        .arg(env!("CARGO_BIN_EXE_leaklint"))
        .args(["check", "--threads", "1", "--quiet", "--exit-zero"])
        .args(arguments)
        .current_dir(project.path())
        // The work itself is measured, not the process that waits for it.
        .env("LEAKLINT_WORKER", "none")
        .stdin(Stdio::null())
        .output();
    let output = match valgrind {
        Ok(output) => output,
        Err(error) if std::env::var_os("CI").is_none() => {
            eprintln!("not measured: valgrind cannot be run ({error})");
            return None;
        }
        Err(error) => panic!("valgrind cannot be run: {error}"),
    };
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let refs = said.lines().find_map(|line| line.split_once("I   refs:").or_else(|| line.split_once("I refs:")));
    Some(refs.unwrap().1.trim().replace(',', "").parse().unwrap())
}

/// One module of a server, of about 3 kB: a cache, listeners, timers, promises, reads, streams and plain code. No two are
/// the same.
fn module(number: usize) -> String {
    let mut text = format!(
        "import {{ EventEmitter }} from 'node:events';
import {{ readFile, createReadStream }} from 'node:fs';
import http from 'node:http';
const cache{number} = new Map();
const bus{number} = new EventEmitter();
let timer{number};
export class Service{number} extends EventEmitter {{
  #open = new Set();
  sessions = {{}};
  constructor(options) {{ super(); this.limit = options.limit ?? {number}; this.list = []; }}
  start(socket) {{
    this.worker = socket;
    this.timer = setInterval(() => this.tick({number}), 1000);
    socket.on('data', (chunk) => {{ this.list.push(chunk); this.emit('data', chunk.toString()); }});
    socket.once('close', () => this.stop());
    this.#open.add(socket);
  }}
  stop() {{ clearInterval(this.timer); this.#open.clear(); this.removeAllListeners(); }}
  tick(n) {{ for (const s of this.#open) {{ if (s.destroyed) this.#open.delete(s); else s.write(`ping ${{n}}`); }} }}
  session(req) {{
    if (!this.sessions[req.id]) this.sessions[req.id] = {{ user: req.user, at: Date.now() }};
    return this.sessions[req.id];
  }}
}}
export function load{number}(req, res) {{
  const key = `${{req.method}}:${{req.url}}`;
  if (cache{number}.has(key)) return res.end(cache{number}.get(key));
  bus{number}.on('change', () => cache{number}.delete(key));
  readFile(req.path, (error, data) => {{
    if (error) {{ res.statusCode = 500; return res.end(String(error)); }}
    cache{number}.set(key, data);
    res.end(data);
  }});
}}
export const wait{number} = (emitter, event) => new Promise((resolve, reject) => {{
  const late = setTimeout(() => reject(new Error('late')), 500);
  emitter.once(event, (value) => {{ clearTimeout(late); resolve(value); }});
}});
export function copy{number}(from, to) {{ return createReadStream(from).on('error', console.error).pipe(to); }}
export async function ask{number}(urls) {{
  const all = await Promise.race(urls.map((url) => fetch(url).then((answer) => answer.json())));
  http.get(urls[0], (answer) => {{ let body = ''; answer.on('data', (part) => (body += part)); }});
  clearTimeout(timer{number});
  timer{number} = setTimeout(() => cache{number}.clear(), 60_000);
  return all;
}}
"
    );
    for part in 0..12 {
        writeln!(
            text,
            "function plain{number}_{part}(a, b) {{ const c = a * {part} + b.length; if (c > {number}) return a.map((x) => x + c); \
             return {{ a, b: [b, c], text: 'x'.repeat(c % 7) }}; }}\nexport const use{number}_{part} = plain{number}_{part}([{part}], 'abc');"
        )
        .unwrap();
    }
    text
}

/// A project of so many modules, and its bytes.
fn sample(files: usize) -> (Project, u64) {
    let project = Project::new(&[("package.json", "{}")]);
    let mut bytes = 0;
    for number in 0..files {
        let text = module(number);
        bytes += text.len() as u64;
        project.write(&format!("src/{number}.js"), text.as_bytes());
    }
    (project, bytes)
}

/// What a run costs before it has read anything.
fn start() -> Option<u64> {
    instructions(&Project::new(&[("a.js", "")]), &[])
}

#[test]
fn a_byte_costs_what_it_used_to() {
    let Some(start) = start() else { return };
    let (project, bytes) = sample(FILES);
    let each = instructions(&project, &[]).unwrap().saturating_sub(start) / bytes;
    let most = BUDGET * (100 + TOLERANCE) / 100;
    assert!(each <= most, "{each} instructions for each byte, the budget is {BUDGET} (and {TOLERANCE} percent)");
    let least = BUDGET * 7 / 10;
    assert!(each >= least, "{each} instructions for each byte: well done, now lower the budget of {BUDGET}");
}

#[test]
fn more_files_cost_no_more_each() {
    let Some(start) = start() else { return };
    let cost = |files| {
        let (project, bytes) = sample(files);
        instructions(&project, &[]).unwrap().saturating_sub(start) * 1000 / bytes
    };
    let (few, many) = (cost(FILES), cost(8 * FILES));
    assert!(many <= few * 11 / 10, "a byte costs {few} in {FILES} files, {many} in eight times as many (thousandths)");
}

/// Not quite: each listener is compared with each removal of its file.
#[test]
fn a_longer_file_costs_little_more_for_each_byte() {
    let Some(start) = start() else { return };
    let cost = |modules| {
        let text: String = (0..modules).map(module).collect::<String>().replace("import ", "// import ");
        let project = Project::new(&[("bundle.js", text.as_str())]);
        instructions(&project, &[]).unwrap().saturating_sub(start) * 1000 / text.len() as u64
    };
    let (short, long) = (cost(4), cost(32));
    assert!(long <= short * 18 / 10, "a byte costs {short} in a short file, {long} in one of eight times its length");
}

/// Linking and rules are done anew by every run, and this sample is little else: of installed packages a second run costs
/// less than a tenth.
#[test]
fn what_is_known_costs_less_than_half() {
    let empty = Project::new(&[("a.js", "")]);
    let Some(start) = instructions(&empty, &["--cache"]) else { return };
    let (project, _) = sample(FILES);
    let cost = || instructions(&project, &["--cache-dir", "kept", "src"]).unwrap().saturating_sub(start);
    let (first, second) = (cost(), cost());
    assert!(second * 100 <= first * 45, "the second run takes {second} instructions, the first {first}");
}
