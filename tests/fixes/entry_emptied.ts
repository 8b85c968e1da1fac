// fixes: 1
const running: Record<string, AbortController | undefined> = {};

export function begin(job: string): AbortSignal {
  const controller = new AbortController();
  running[job] = controller;
  return controller.signal;
}

export function end(job: string): void {
  running[job]?.abort();
  running[job] = undefined;
}
