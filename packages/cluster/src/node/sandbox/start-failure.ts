/** How the lines begin with which the sandbox (exit code 125) and the launcher (128) say why they end. */
const beginnings = ["the container's root could not be built: ", 'working directory ', 'exec: '];

/** Exit codes of a container whose program never ran. A program may end with them too. */
export function isStartError(exitCode: number): boolean {
  return exitCode === 125 || exitCode === 128;
}

/**
 * Why a container's program could not be started, from the end of its log; undefined where the program ran: what it
 * wrote is its own, and may be secret.
 */
export function startFailure(exitCode: number, log: string): string | undefined {
  const lines = log.trim().split('\n');
  const last = lines.at(-1) ?? '';
  return isStartError(exitCode) && beginnings.some((beginning) => last.startsWith(beginning))
    ? lines.join('\n')
    : undefined;
}
