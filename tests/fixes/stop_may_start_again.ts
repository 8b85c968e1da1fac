// fixes: 0
export class Tracker {
  private active = false;

  constructor() {
    window.addEventListener('message', this.onMessage);
  }

  start(): void {
    this.active = true;
  }

  stop(): void {
    this.active = false;
  }

  private onMessage = (event: MessageEvent): void => {
    if (this.active) console.log(event.data);
  };
}

export function mount(): Tracker {
  return new Tracker();
}
