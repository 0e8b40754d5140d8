import { X509Certificate } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { type KeyAndCertificate, selfSignedCertificate } from './certificate.ts';

const dayMs = 24 * 60 * 60 * 1000;
const validDays = 3650;
/** Renewed at a start that finds less than this left. */
const renewDays = 90;

export interface ServerIdentityOptions {
  readonly folder: string;
  readonly host: string;
  readonly nowMs: number;
}

/**
 * The key and certificate of the API server: made once and kept, so that kubeconfigs stay valid over restarts. kubectl
 * sends a token over TLS only, so there is no way around a certificate.
 */
export async function serverIdentity(options: ServerIdentityOptions): Promise<KeyAndCertificate> {
  const file = join(options.folder, 'tls.pem');
  const hosts = [...new Set([options.host, 'localhost', '127.0.0.1', '::1'])];
  const stored = await readIdentity(file);
  if (stored !== undefined && isUsable(stored.certificate, options.host, options.nowMs)) {
    return stored;
  }
  const made = selfSignedCertificate({
    commonName: 'embedded-cluster',
    hosts,
    notBeforeMs: options.nowMs - dayMs,
    notAfterMs: options.nowMs + validDays * dayMs,
  });
  // One file, so that a kill can't leave a key with another's certificate.
  await writeFile(`${file}.new`, made.key + made.certificate, { mode: 0o600, flush: true });
  await rename(`${file}.new`, file);
  return made;
}

async function readIdentity(file: string): Promise<KeyAndCertificate | undefined> {
  try {
    const text = await readFile(file, 'utf8');
    const at = text.indexOf('-----BEGIN CERTIFICATE-----');
    return at > 0 ? { key: text.slice(0, at), certificate: text.slice(at) } : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
}

function isUsable(pem: string, host: string, nowMs: number): boolean {
  const certificate = new X509Certificate(pem);
  const matches = isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host);
  return matches !== undefined && certificate.validToDate.getTime() > nowMs + renewDays * dayMs;
}
