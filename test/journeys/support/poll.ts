const PATIENCE_MS = 15_000;
const PAUSE_MS = 50;

/** Asks until the answer is there. @param what for the message when it never comes */
export async function poll<Answer>(what: string, ask: () => Promise<Answer | undefined>): Promise<Answer> {
  const deadline = Date.now() + PATIENCE_MS;
  while (Date.now() < deadline) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  throw new Error(`waited ${PATIENCE_MS / 1000} s in vain for ${what}`);
}
