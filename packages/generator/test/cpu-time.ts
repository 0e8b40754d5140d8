/** Milliseconds of CPU time that this process used so far: other than the clock, they do not run on a busy machine. */
export function cpuTimeMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
