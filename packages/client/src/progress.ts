import { formatBytes } from '@backup-maker/model';
import type { Context } from './context.ts';
import { clearLine } from './log.ts';

const redrawMs = 250;
const logMs = 60_000;

export interface Progress extends Disposable {
  /** So many more bytes have passed. */
  add(bytes: number): void;
}

/** Report how a transfer goes: a line that is drawn again on a terminal, a message a minute elsewhere. */
export function startProgress(context: Context, label: string): Progress {
  let bytes = 0;
  const started = performance.now();
  const line = (): string => {
    const seconds = (performance.now() - started) / 1000;
    return `${label}: ${formatBytes(bytes)}, ${formatBytes(Math.round(bytes / Math.max(seconds, 0.001)))}/s, ${formatDuration(seconds)}`;
  };
  const { stderr } = context;
  const isTerminal = stderr.isTTY === true;
  const report = isTerminal ? () => stderr.write(`${clearLine}${line()}`) : () => context.logger.info(line());
  const timer = context.progress ? setInterval(report, isTerminal ? redrawMs : logMs).unref() : undefined;
  return {
    add: (more) => {
      bytes += more;
    },
    [Symbol.dispose]: () => {
      clearInterval(timer);
      if (timer !== undefined && isTerminal) {
        stderr.write(clearLine);
      }
    },
  };
}

/** `75 s` as `1:15`. */
function formatDuration(seconds: number): string {
  const whole = Math.floor(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const padded = [minutes, rest].map((part) => String(part).padStart(2, '0')).join(':');
  return hours > 0 ? `${hours}:${padded}` : padded.replace(/^0/, '');
}

/** Pass a stream on, counting its bytes. */
export async function* counted(
  stream: AsyncIterable<Uint8Array>,
  progress: Progress,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of stream) {
    progress.add(chunk.length);
    yield chunk;
  }
}
