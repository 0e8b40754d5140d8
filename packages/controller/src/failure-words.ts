import { stripVTControlCharacters } from 'node:util';
import type { Secret as Hidden } from '@backup-maker/model';
import { byCreation, containerStatuses } from './job-outcome.ts';
import type { Pod } from './kinds.ts';

/** What a program says last tells why it failed; kubelet keeps up to 80 lines (`FallbackToLogsOnError`). */
const maxLines = 6;
const maxLineLength = 240;
/** Kubelet cuts at the front what is longer, maybe within a secret. */
const cutAtBytes = 2048;
/** Shorter values, such as `yes`, would be struck out of every word. */
const minSecretLength = 4;

/**
 * The last lines that the newest failed container of a Job left in its termination message, in one line for a
 * condition and an event. Whoever may read those need not be somebody who may read the log, so the values of
 * `secrets` are struck out. Undefined where nothing was said.
 */
export function failureWords(pods: readonly Pod[], secrets: readonly Hidden[]): string | undefined {
  for (const pod of pods.toSorted(byCreation)) {
    for (const { state } of containerStatuses(pod)) {
      const { exitCode = 0, message = '' } = state?.terminated ?? {};
      const words = exitCode === 0 ? '' : lastLines(withoutSecrets(wholeLines(message), secrets));
      if (words !== '') {
        return words;
      }
    }
  }
  return undefined;
}

/** Colours go first: they could be within a secret. */
function wholeLines(message: string): string {
  const isCut = Buffer.byteLength(message) >= cutAtBytes;
  const begin = message.indexOf('\n') + 1;
  return stripVTControlCharacters(isCut ? message.slice(begin === 0 ? message.length : begin) : message);
}

function lastLines(text: string): string {
  return text
    .split('\n')
    .map((line) => line.replaceAll(/\s+/g, ' ').trim().slice(0, maxLineLength))
    .filter((line) => line !== '')
    .slice(-maxLines)
    .join('; ');
}

/** A program may print one line of a value that has several. Tokens of a run alone are known by what is before them. */
function withoutSecrets(text: string, secrets: readonly Hidden[]): string {
  const values = secrets
    .flatMap((secret) => [secret.reveal(), ...secret.reveal().split('\n')])
    .map((value) => value.trim())
    .filter((value) => value.length >= minSecretLength)
    // The longest first: one value may hold another.
    .toSorted((a, b) => b.length - a.length);
  return values
    .reduce((known, value) => known.replaceAll(value, '***'), text)
    .replaceAll(/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, '$1 ***');
}
