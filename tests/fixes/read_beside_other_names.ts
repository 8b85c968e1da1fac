// fixes: 1
import { createServer } from 'node:http';
import { readFile, stat } from 'node:fs/promises';

createServer(async (req, res) => {
  const path = `public${req.url ?? ''}`;
  res.setHeader('content-length', (await stat(path)).size);
  const data = await readFile(path);
  res.end(data);
});
