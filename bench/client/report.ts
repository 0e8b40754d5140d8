import { readFile, writeFile } from 'node:fs/promises';

/**
 * Put lines into a Markdown file, between `<!-- NAME -->` and `<!-- end -->`. A file that has no such place is left as
 * it is.
 */
export async function writeReport(path: string, name: string, lines: readonly string[]): Promise<void> {
  const text = await readFile(path, 'utf8');
  const begin = `<!-- ${name} -->\n`;
  const [before, rest] = text.split(begin, 2);
  const end = rest?.indexOf('<!-- end -->') ?? -1;
  if (before === undefined || rest === undefined || end < 0) {
    return;
  }
  await writeFile(path, `${before}${begin}${lines.join('\n')}\n${rest.slice(end)}`);
}
