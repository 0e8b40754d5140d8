const second = 1_000_000_000n;
const units: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: second,
  m: 60n * second,
  h: 3600n * second,
};

/** Nanoseconds of a text such as `1h30m` or `-1.5s`, as Go's time.ParseDuration; undefined when it is none. */
export function parseClockDuration(text: string): bigint | undefined {
  const match = /^([-+]?)((?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:ns|us|µs|μs|ms|s|m|h))+$/u.exec(text);
  if (match === null) return /^[-+]?0$/.test(text) ? 0n : undefined;
  let sum = 0n;
  for (const [, whole = '', fraction = '', unit = ''] of text.matchAll(
    /([0-9]*)\.?([0-9]*)(ns|us|µs|μs|ms|s|m|h)/gu,
  )) {
    const size = units[unit] ?? 0n;
    const digits = fraction.slice(0, 18);
    sum += BigInt(whole || '0') * size + (BigInt(digits || '0') * size) / 10n ** BigInt(digits.length);
  }
  const signed = match[1] === '-' ? -sum : sum;
  return BigInt.asIntN(64, signed) === signed ? signed : undefined;
}

/** Nanoseconds as Go's time.Duration prints them: `1h2m3.5s`. */
export function printClockDuration(nanoseconds: bigint): string {
  if (nanoseconds === 0n) return '0s';
  const sign = nanoseconds < 0n ? '-' : '';
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  if (size < second) {
    const [unit, scale] =
      size < 1_000n ? (['ns', 0] as const) : size < 1_000_000n ? (['µs', 3] as const) : (['ms', 6] as const);
    return `${sign}${decimal(size, scale)}${unit}`;
  }
  const hours = size / (3600n * second);
  const minutes = (size / 60n / second) % 60n;
  const seconds = `${decimal(size % (60n * second), 9)}s`;
  return `${sign}${hours > 0n ? `${hours}h` : ''}${hours > 0n || minutes > 0n ? `${minutes}m` : ''}${seconds}`;
}

function decimal(value: bigint, scale: number): string {
  const digits = String(value).padStart(scale + 1, '0');
  const fraction = digits.slice(digits.length - scale).replace(/0+$/, '');
  const whole = digits.slice(0, digits.length - scale);
  return scale === 0 || fraction === '' ? whole : `${whole}.${fraction}`;
}
