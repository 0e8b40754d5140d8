import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '@backup-maker/model';
import type { GeneratedFile } from './generate.ts';

/**
 * Writes each file beside its place and renames it, so that a reader sees the old or the new one; never wider
 * than its mode.
 * @returns the paths.
 */
export async function writeGeneratedFiles(
  folder: string,
  files: readonly GeneratedFile[],
): Promise<readonly string[]> {
  const paths: string[] = [];
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (const file of files) {
      paths.push(await writeFileAtomically(folder, file));
    }
  } catch (error) {
    throw Failure.from(error, 'internal', `cannot write to ${folder}: ${(error as Error).message}`);
  }
  return paths;
}

async function writeFileAtomically(folder: string, { name, mode, content }: GeneratedFile): Promise<string> {
  const path = join(folder, name);
  const temporary = join(folder, `.${name}.${randomUUID()}`);
  try {
    await using handle = await open(temporary, 'wx', mode);
    await handle.writeFile(content);
    await handle.sync();
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  return path;
}
