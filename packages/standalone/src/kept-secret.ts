import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure, Secret } from '@backup-maker/model';

/** 256 bits, as RFC 7518 (3.2) wants of a key for HS256. */
const secretBytes = 32;

/**
 * A random secret that is made once and kept in `folder`, readable for its owner alone.
 * @throws Failure `internal` when the file cannot be read or made, or holds too little to be one
 */
export async function keptSecret(folder: string, name: string): Promise<Secret> {
  const file = join(folder, name);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return await read(file).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') {
        throw error;
      }
      await make(file);
      return read(file);
    });
  } catch (cause) {
    throw Failure.from(
      cause,
      'internal',
      `cannot read or make the secret ${file}: check the folder's owner and mode`,
    );
  }
}

async function read(file: string): Promise<Secret> {
  const text = (await readFile(file, 'utf8')).trim();
  if (text.length < secretBytes) {
    throw new Failure(
      'internal',
      `${file} holds no usable secret: restore it from a copy, or remove it to get a new one`,
    );
  }
  return new Secret(text);
}

/** Written whole before it gets its name: a crash in between leaves no half of a secret. */
async function make(file: string): Promise<void> {
  const partial = `${file}.${process.pid}.part`;
  const handle = await open(partial, 'wx', 0o600);
  try {
    await handle.writeFile(`${randomBytes(secretBytes).toString('hex')}\n`);
    await handle.sync();
    await link(partial, file);
  } finally {
    await handle.close();
    await unlink(partial);
  }
}
