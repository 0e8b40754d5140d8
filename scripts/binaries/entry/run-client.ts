/**
 * Run the program of that name, as busybox does it: links cost nothing, three executables 300 MB. Under any other name
 * it is `backup-maker`.
 */
export function runClient(name: string): void {
  if (name === 'pgbr') {
    void import('../../../packages/pgbr/src/main.ts');
    return;
  }
  if (name === 'bmg') {
    process.argv.splice(2, 0, 'generate');
  }
  void import('../../../packages/client/src/main.ts');
}
