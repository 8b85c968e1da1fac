// fixes: 0
const seen = new Set<string>();
const names: string[] = [];

export function note(name: string): number {
  if (!seen.has(name)) {
    seen.add(name);
    names.push(name);
  }
  return names.length;
}
