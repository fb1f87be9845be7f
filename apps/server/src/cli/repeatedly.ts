/** Work that goes on in the background, one run at a time, until it is stopped. */
export interface Repeated {
  /** Runs again at once instead of waiting. */
  wake(): void;
  /** Resolves when the last run is over. */
  stop(): Promise<void>;
}

/** @param failed is told of a run that threw; the next one comes all the same */
export function repeatedly(
  everyMs: number,
  run: () => Promise<unknown>,
  failed: (error: unknown) => void,
): Repeated {
  let timer: NodeJS.Timeout | undefined;
  let current: Promise<void> | undefined;
  let isAgain = false;
  let isStopped = false;
  const once = async () => {
    do {
      isAgain = false;
      await run().catch(failed);
    } while (isAgain && !isStopped);
    current = undefined;
    if (!isStopped) timer = setTimeout(wake, everyMs);
  };
  const wake = () => {
    clearTimeout(timer);
    if (isStopped) return;
    if (current) isAgain = true;
    else current = once();
  };
  wake();
  return {
    wake,
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await current;
    },
  };
}
