/**
 * Shell text that takes away what the user has set for their own use of the programs. A script depends on what the
 * programs print and store, so they speak one language, keep the bytes of names, and follow no options but the script's.
 * Bash itself complains of a locale that is not installed; the programs then fall back to C, which serves as well.
 */
export function plainEnvironment(...variables: readonly string[]): string {
  return `
{ LC_ALL=C.UTF-8; } 2> /dev/null
export LC_ALL
unset LANGUAGE POSIXLY_CORRECT ${variables.join(' ')}`;
}

/** The same for every variable whose name begins so. */
export function unsetPrefixed(prefix: string): string {
  return `\nfor name in "\${!${prefix}@}"; do unset "$name"; done`;
}
