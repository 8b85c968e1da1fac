// fixes: 2
import type { Readable } from 'node:stream';

export function textOf(stream: Readable): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    stream.on('data', (chunk) => (text += String(chunk)));
    stream.on('end', () => resolve(text));
  });
}

export function later(work: () => Promise<number>): Promise<number> {
  return new Promise<number>((resolve) => {
    work().then(resolve);
  });
}
