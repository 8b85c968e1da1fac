// fixes: 1
class Loader {
  readonly #loading = new Map<string, Promise<string>>();

  load(name: string): Promise<string> {
    const known = this.#loading.get(name);
    if (known) return known;
    const loading = this.fetch(name);
    this.#loading.set(name, loading);
    return loading;
  }

  private async fetch(name: string): Promise<string> {
    return (await fetch(`https://example.com/${name}`)).text();
  }
}

export function session(): (name: string) => Promise<string> {
  const loader = new Loader();
  return (name) => loader.load(name);
}
