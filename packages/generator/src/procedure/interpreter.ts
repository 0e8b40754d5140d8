/**
 * The program that runs a script, with its arguments, as the kernel reads it from the first line (execve(2)): an absolute
 * path, and everything behind it as one argument. `bash`, wherever it is, for a script without such a line.
 */
export function interpreterOf(script: string): readonly string[] {
  const [, program = '', argument = ''] =
    /^#![ \t]*(\S+)(?:[ \t]+(.*\S))?[ \t]*\r?$/m.exec(firstLineOf(script)) ?? [];
  if (program === '' || isPlainBash(program, argument)) {
    return ['bash'];
  }
  return argument === '' ? [program] : [program, argument];
}

function firstLineOf(script: string): string {
  return script.slice(0, 1024).split('\n', 1)[0] ?? '';
}

/** The one on the PATH serves it as well, and images without `/bin/bash` have that alone. */
function isPlainBash(program: string, argument: string): boolean {
  return argument === ''
    ? /^\/(usr\/(local\/)?)?bin\/bash$/.test(program)
    : program === '/usr/bin/env' && argument === 'bash';
}
