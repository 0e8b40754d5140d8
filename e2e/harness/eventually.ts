import { setTimeout } from 'node:timers/promises';

export interface EventuallyOptions {
  readonly timeoutMs?: number;
  readonly intervalMs?: number;
}

/**
 * Ask again and again until the answer is not undefined; an error of `probe` ends the waiting. For what no
 * watch tells: the state of another process.
 * @throws Error that says what was waited for, and what `describe` knows then
 */
export async function eventually<Answer>(
  what: string,
  probe: () => Promise<Answer | undefined>,
  { timeoutMs = 120_000, intervalMs = 250 }: EventuallyOptions = {},
): Promise<Answer> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await probe();
    if (answer !== undefined) {
      return answer;
    }
    if (Date.now() > deadline) {
      throw new Error(`waited ${timeoutMs / 1000} s in vain until ${what}`);
    }
    await setTimeout(intervalMs);
  }
}
