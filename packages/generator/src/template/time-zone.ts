interface FixedOffset {
  readonly name: string;
  readonly offsetSeconds: number;
}

/** Where a clock is read: an IANA zone, or a fixed distance from UTC. */
export class TimeZone {
  static readonly utc = new TimeZone('UTC', undefined);

  readonly #format: Intl.DateTimeFormat | undefined;
  readonly #fixed: FixedOffset | undefined;
  readonly #name: string;

  private constructor(name: string, fixed: FixedOffset | undefined) {
    this.#name = name;
    this.#fixed = name === 'UTC' ? { name: 'UTC', offsetSeconds: 0 } : fixed;
    this.#format =
      this.#fixed === undefined
        ? new Intl.DateTimeFormat('en-US', {
            timeZone: name,
            era: 'short',
            year: 'numeric',
            month: 'numeric',
            day: 'numeric',
            hour: 'numeric',
            minute: 'numeric',
            second: 'numeric',
            hourCycle: 'h23',
          })
        : undefined;
  }

  /** The zone of an IANA name as it is spelled there; undefined when there is none. */
  static named(name: string): TimeZone | undefined {
    if (name === '' || name === 'UTC') return TimeZone.utc;
    if (!/^[A-Z][A-Za-z0-9_+/-]*$/.test(name)) return undefined;
    try {
      return new TimeZone(name, undefined);
    } catch {
      return undefined;
    }
  }

  static fixed(name: string, offsetSeconds: number): TimeZone {
    return new TimeZone('', { name, offsetSeconds });
  }

  /** Seconds east of UTC at this moment. */
  offsetAt(epochSeconds: number): number {
    if (this.#format === undefined) return this.#fixed?.offsetSeconds ?? 0;
    const parts = Object.fromEntries(
      this.#format.formatToParts(epochSeconds * 1000).map(({ type, value }) => [type, value]),
    );
    const year = parts.era === 'BC' ? 1 - Number(parts.year) : Number(parts.year);
    const local = new Date(0);
    local.setUTCFullYear(year, Number(parts.month) - 1, Number(parts.day));
    local.setUTCHours(Number(parts.hour), Number(parts.minute), Number(parts.second));
    return local.getTime() / 1000 - epochSeconds;
  }

  /** `CET`, or `+03` where the zone has no short name that is known here. */
  abbreviationAt(epochSeconds: number): string {
    if (this.#fixed !== undefined) return this.#fixed.name || longOffset(this.#fixed.offsetSeconds);
    for (const locale of ['en-US', 'en-GB', 'en-AU', 'en-NZ', 'en-IN', 'en-ZA', 'ja-JP', 'ko-KR']) {
      const part = new Intl.DateTimeFormat(locale, { timeZone: this.#name, timeZoneName: 'short' })
        .formatToParts(epochSeconds * 1000)
        .find(({ type }) => type === 'timeZoneName');
      if (part !== undefined && /^[A-Z]{2,5}$/.test(part.value)) return part.value;
    }
    return shortOffset(this.offsetAt(epochSeconds));
  }
}

/** What Go prints for an offset without a name. */
function longOffset(seconds: number): string {
  return shortOffset(seconds).padEnd('+0000'.length, '0');
}

function shortOffset(seconds: number): string {
  const minutes = Math.abs(seconds) / 60;
  const rest = minutes % 60;
  const two = (n: number) => String(n).padStart(2, '0');
  return `${seconds < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}${rest === 0 ? '' : two(rest)}`;
}
