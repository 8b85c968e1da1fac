// fixes: 1
export const first = (load: () => Promise<string>): Promise<string> =>
  new Promise<string>(resolve => {
    load().then(value => resolve(value));
  });
