/** Nanoseconds of a unit in Go's durations, which `@every` is followed by. */
const unitNs: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1000n,
  '\u00b5s': 1000n,
  '\u03bcs': 1000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

const part = '([0-9]*)(?:\\.([0-9]*))?(ns|us|\u00b5s|\u03bcs|ms|s|m|h)';
const maxNs = 2n ** 63n - 1n;

/**
 * The interval of `@every 1h30m`, in whole seconds, one at least.
 * @throws RangeError where Kubernetes takes it for no duration
 */
export function parseInterval(text: string): number {
  const [, sign = '', amount = ''] = /^([-+]?)(.*)$/s.exec(text) ?? [];
  if (amount === '0') {
    return 1000;
  }
  const parts = [...amount.matchAll(new RegExp(part, 'gy'))];
  const length = parts.reduce((sum, [matched]) => sum + matched.length, 0);
  const isComplete = parts.length > 0 && length === amount.length;
  if (!isComplete || parts.some(([, whole, fraction]) => !whole && !fraction)) {
    throw new RangeError(`"${text}" is not a duration such as 1h30m`);
  }
  const totalNs = parts.reduce((sum, [, whole, fraction, unit]) => sum + partNs(whole, fraction, unit), 0n);
  if (totalNs > (sign === '-' ? maxNs + 1n : maxNs)) {
    throw new RangeError(`"${text}" is too long`);
  }
  const seconds = sign === '-' ? 0 : Number(totalNs / 1_000_000_000n);
  return Math.max(1, seconds) * 1000;
}

function partNs(whole = '', fraction = '', unit = ''): bigint {
  const ns = unitNs[unit] ?? 0n;
  return BigInt(whole || '0') * ns + (BigInt(fraction || '0') * ns) / 10n ** BigInt(fraction.length);
}
