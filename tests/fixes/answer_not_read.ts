// fixes: 1
import http from 'node:http';

export function ping(url: string, done: (up: boolean) => void): void {
  http.get(url, (res) => {
    done(res.statusCode === 200);
  });
}
