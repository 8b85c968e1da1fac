// fixes: 0
type Hook = () => void;

const hooks = new Map<string, Hook>();
const done = new Map<string, boolean>();
const counts = new Map<string, { hits: number }>();

export function addHook(name: string, hook: Hook): void {
  hooks.set(name, hook);
}

export function runAll(): void {
  for (const hook of hooks.values()) hook();
}

export function once(key: string, work: () => void): void {
  if (done.has(key)) return;
  done.set(key, true);
  work();
}

export function count(ip: string): number {
  const entry = counts.get(ip) ?? { hits: 0 };
  entry.hits += 1;
  counts.set(ip, entry);
  return entry.hits;
}
