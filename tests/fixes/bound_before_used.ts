// fixes: 1
export class Zone {
  private seen = 0;

  constructor() {
    this.init();
  }

  private init(): void {
    document.body.addEventListener('dragover', this.over.bind(this));
  }

  destroy(): void {
    document.body.removeEventListener('dragover', this.over.bind(this));
  }

  over(): void {
    this.seen += 1;
  }
}

export function zone(): Zone {
  return new Zone();
}
