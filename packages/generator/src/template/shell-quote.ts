/** One word for a POSIX shell that stands for exactly this text: nothing in it is evaluated. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
