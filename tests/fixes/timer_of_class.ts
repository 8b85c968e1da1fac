// fixes: 2
export class Poller {
  private timer: NodeJS.Timeout | null = null;
  #beat?: ReturnType<typeof setInterval>;

  start(): void {
    this.timer = setInterval(() => this.poll(), 1000);
    this.#beat = setInterval(() => this.poll(), 5000);
  }

  close(): void {
    console.log('closed');
  }

  get running(): boolean {
    return this.timer !== null || this.#beat !== undefined;
  }

  private poll(): void {}
}
