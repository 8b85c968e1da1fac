// fixes: 2
export class Drag {
  constructor(private readonly element: HTMLElement) {}

  attach(): void {
    this.element.addEventListener('scroll', this.onScroll, true);
    document.addEventListener('mousemove', this.onMove, { capture: true, passive: true });
  }

  detach(): void {
    this.element.removeEventListener('scroll', this.onScroll);
    document.removeEventListener('mousemove', this.onMove);
  }

  private readonly onScroll = (): void => {};
  private readonly onMove = (): void => {};
}
