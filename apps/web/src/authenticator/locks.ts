/** Runs a task while nobody else, in this tab or another, runs one of the same name (Web Locks). */
export type Locks = <Result>(name: string, task: () => Promise<Result>) => Promise<Result>;

export const webLocks: Locks = <Result>(name: string, task: () => Promise<Result>) =>
  navigator.locks.request(name, task) as Promise<Result>;
