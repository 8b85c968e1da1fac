// fixes: 1
// In a project that depends on `lru-cache`, TypeScript would lose the types of what comes out of one.
const parsed = new Map<string, string[]>();

export function partsOf(path: string): string[] {
  let parts = parsed.get(path);
  if (parts === undefined) {
    parts = path.split('/');
    parsed.set(path, parts);
  }
  return parts;
}
