import { readFile, stat } from 'node:fs/promises';
import type { Server } from 'node:https';
import type { SecureContextOptions } from 'node:tls';
import { Failure } from '@backup-maker/model';
import type { FastifyBaseLogger } from 'fastify';

export interface TlsFiles {
  /** Certificate chain in PEM. */
  readonly certFile: string;
  /** Private key in PEM. */
  readonly keyFile: string;
}

/** @throws Failure `invalid-input` when a file cannot be read */
export async function readTlsFiles({ certFile, keyFile }: TlsFiles): Promise<SecureContextOptions> {
  try {
    const [cert, key] = await Promise.all([readFile(certFile), readFile(keyFile)]);
    return { cert, key, minVersion: 'TLSv1.2' };
  } catch (cause) {
    throw new Failure('invalid-input', 'the files of --tls-cert and --tls-key cannot be read', { cause });
  }
}

export interface TlsReload {
  readonly server: Pick<Server, 'setSecureContext'>;
  readonly files: TlsFiles;
  readonly intervalMs: number;
  readonly logger: FastifyBaseLogger;
}

/**
 * Take up new certificates when the files change; connections that are open keep theirs. The files are looked
 * at again and again, because a mounted Secret changes by a symbolic link that watching does not see. A pair
 * that does not fit, such as half-way through a change, is left for the next look. Gives how to stop.
 */
export function reloadTls({ server, files, intervalMs, logger }: TlsReload): () => void {
  let current: string | undefined;
  const look = async () => {
    const version = await versionOf(files);
    if (current !== undefined && version !== current) {
      server.setSecureContext(await readTlsFiles(files));
      logger.info('new TLS certificate in use');
    }
    current = version;
  };
  const tryLook = () => {
    look().catch((error: unknown) =>
      logger.warn({ err: error }, 'the TLS certificate could not be reloaded'),
    );
  };
  tryLook();
  const timer = setInterval(tryLook, intervalMs).unref();
  return () => clearInterval(timer);
}

async function versionOf({ certFile, keyFile }: TlsFiles): Promise<string> {
  const stats = await Promise.all([certFile, keyFile].map((file) => stat(file)));
  return stats.map(({ ino, mtimeMs, size }) => `${ino}-${mtimeMs}-${size}`).join();
}
