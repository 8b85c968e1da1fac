// fixes: 1
import http from 'node:http';

interface Page {
  html: string;
}

const pages = new Map<string, Page>();

function render(url: string): Page {
  return { html: `<p>${url}</p>` };
}

export function pageOf(url: string): Page {
  const known = pages.get(url);
  if (known) return known;
  const page = render(url);
  pages.set(url, page);
  return page;
}

http.createServer((req, res) => {
  res.end(pageOf(req.url ?? '').html);
});
