//! Gathered bodies on snippets: without a limit, with a limit in vain, and with one that stops.

use crate::facts::reads::tests::found;
use crate::finding::Confidence;

fn handler(body: &str) -> Vec<Confidence> {
    let text = format!("import http from 'http'; http.createServer(async (req, res) => {{ {body} }});");
    found("unbounded-body", &text)
}

#[test]
fn what_a_client_sends_without_a_limit_is_likely() {
    for body in [
        "let body = ''; req.on('data', (chunk) => { body += chunk; });",
        "let body = ''; req.setEncoding('utf8').on('data', (chunk) => { body = body + chunk.toString(); });",
        "const chunks = []; req.on('data', (chunk) => chunks.push(chunk)).on('end', () => use(chunks));",
        "let body = Buffer.alloc(0); req.on('data', (c) => { body = Buffer.concat([body, c]); });",
        "let body = []; req.on('data', (c) => body.push(c)); req.on('end', () => { body = Buffer.concat(body); });",
        "const chunks = []; for await (const chunk of req) chunks.push(chunk);",
        "let body = ''; function take(c) { body += c; } req.on('data', take);",
    ] {
        assert_eq!(handler(body), [Confidence::Likely], "{body}");
    }
}

#[test]
fn a_limit_that_only_answers_is_in_vain() {
    for body in [
        "let body = ''; req.on('data', (c) => { body += c; if (body.length > 1e6) res.writeHead(413).end(); });",
        "let body = '', n = 0; req.on('data', (c) => { n += c.length; body += c; if (n > 9) { fail(); return; } });",
    ] {
        assert_eq!(handler(body), [Confidence::Likely], "{body}");
    }
}

#[test]
fn a_limit_that_stops_is_enough() {
    for body in [
        "let body = ''; req.on('data', (c) => { body += c; if (body.length > 1e6) req.destroy(); });",
        "let body = ''; req.on('data', (c) => { if (body.length > 1e6) { fail(); return; } body += c; });",
        "let body = ''; req.on('data', (c) => { if (body.length + c.length <= 1e6) body += c; });",
        "let body = '', no = false; req.on('data', (c) => { if (no) return; body += c; if (body.length > 9) no = true; });",
        "const list = []; let n = 0; for await (const c of req) { n += c.length; if (n > 9) throw new Error(); list.push(c); }",
        "let rest = ''; req.on('data', (c) => { rest += c; const lines = rest.split('\\n'); rest = lines.pop(); });",
        "let n = 0; req.on('data', (c) => { n += c.length; });",
        "const c = []; fs.createReadStream(p).on('data', (d) => c.push(d));",
    ] {
        assert_eq!(handler(body), [], "{body}");
    }
}
