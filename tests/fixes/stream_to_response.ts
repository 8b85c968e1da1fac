// fixes: 2
import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';

createServer((req, res) => {
  if (req.url === '/a') {
    const file = createReadStream('a.bin');
    file.on('error', () => res.writeHead(404).end());
    file.pipe(res);
  } else {
    createReadStream('b.bin').pipe(res);
  }
});
