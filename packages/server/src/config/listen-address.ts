import { Failure } from '@backup-maker/model';
import type { ListenAddress } from './config.ts';

/**
 * Read `--listen`: `:8080`, `127.0.0.1:8080`, `[::1]:8080`.
 * @throws Failure `invalid-input`
 */
export function parseListenAddress(text: string): ListenAddress {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]*)):(\d{1,5})$/i.exec(text.trim());
  const port = Number(match?.[3]);
  if (!match || port > 65_535) {
    throw new Failure(
      'invalid-input',
      `"${text}" is not an address to listen on: write :8080, 127.0.0.1:8080 or [::1]:8080`,
    );
  }
  return { host: match[1] || match[2] || undefined, port };
}
