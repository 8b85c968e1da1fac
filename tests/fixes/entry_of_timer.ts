// fixes: 1
export class Presence {
  private readonly timers = new Map<string, NodeJS.Timeout>();

  touch(room: string, user: string): void {
    const id = `${room}:${user}`;
    let timer = this.timers.get(id);
    if (timer) {
      clearTimeout(timer);
      this.timers.delete(id);
    }
    timer = setTimeout(() => {
      console.log(`${user} is away`);
    }, 30_000);
    this.timers.set(id, timer);
  }
}

const presence = new Presence();

export const touch = (room: string, user: string): void => presence.touch(room, user);
