// fixes: 0
const titles: Record<string, string> = {};

export function titleOf(id: string): string {
  titles[id] ??= id.toUpperCase();
  return titles[id];
}
