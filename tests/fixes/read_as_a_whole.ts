// fixes: 1
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';

createServer(async (req, res) => {
  res.end(await readFile(`public${req.url ?? ''}`));
});
