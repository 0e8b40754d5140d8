const baseMs = 10_000;
const maxMs = 5 * 60_000;

/** Whether a container runs again after its end (`restartPolicy`, for init containers until they succeed). */
export function restartsAfter(policy: string, exitCode: number, isInit: boolean): boolean {
  if (policy === 'Always' && !isInit) {
    return true;
  }
  return policy !== 'Never' && exitCode !== 0;
}

/** The first restart comes at once, later ones after 10 s, 20 s, … 5 minutes (the kubelet's back-off). */
export function restartDelayMs(restarts: number): number {
  return restarts <= 1 ? 0 : Math.min(maxMs, baseMs * 2 ** Math.min(restarts - 2, 20));
}
