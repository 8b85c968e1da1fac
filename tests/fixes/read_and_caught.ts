// fixes: 0
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';

createServer(async (req, res) => {
  try {
    res.end(await readFile(`public${req.url ?? ''}`));
  } catch {
    res.writeHead(404).end();
  }
});
