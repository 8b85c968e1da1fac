// fixes: 1
import { EventEmitter } from 'node:events';

export class View {
  constructor(private readonly bus: EventEmitter) {}

  mount(): void {
    this.bus.on('added', this.onAdded);
    this.bus.on('removed', this.onRemoved);
  }

  unmount(): void {
    this.bus.off('added', this.onAdded);
  }

  private readonly onAdded = (): void => {};
  private readonly onRemoved = (): void => {};
}
