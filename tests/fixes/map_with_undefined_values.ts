// fixes: 1
class Lookup {
  private readonly known: Map<string, number | null | undefined> = new Map();

  find(name: string): number | null | undefined {
    if (this.known.has(name)) return this.known.get(name);
    const found = Number.parseInt(name, 10);
    this.known.set(name, found);
    return found;
  }
}

const lookup = new Lookup();

export const find = (name: string): number | null | undefined => lookup.find(name);
