// fixes: 0
const sizes = new Map();

export function sizeOf<T extends object>(value: T): number {
  if (!sizes.has(value)) sizes.set(value, Object.keys(value).length);
  return sizes.get(value);
}
