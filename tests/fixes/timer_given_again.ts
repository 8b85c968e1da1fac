// fixes: 1
export class Clock {
  private tick: NodeJS.Timeout | undefined;

  begin(): void {
    this.run();
  }

  again(): void {
    this.run();
  }

  halt(): void {
    clearInterval(this.tick);
  }

  private run(): void {
    this.tick = setInterval(() => console.log('tick'), 1000);
  }
}
