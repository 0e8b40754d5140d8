import { clockFace, dayOfYear, defaultLayout, formatMoment } from './moment.ts';
import { SemanticVersion } from './semantic-version.ts';
import { type FunctionTable, text } from './signature.ts';
import { TimeZone } from './time-zone.ts';
import { Int64, Moment, type Value } from './value.ts';

/** What a template may call on a time or a version; the receiver comes first. */
export function methodsOf(receiver: Value): FunctionTable | undefined {
  if (receiver instanceof Moment) return momentMethods(receiver);
  return receiver instanceof SemanticVersion ? versionMethods(receiver) : undefined;
}

function momentMethods(moment: Moment): FunctionTable {
  const face = clockFace(moment);
  const { date } = face;
  const read = (value: Value) => ({ parameters: [], call: () => value });
  const compare = (holds: (other: Moment) => boolean) => ({
    parameters: ['time'] as const,
    call: ([other]: readonly Value[]) => other instanceof Moment && holds(other),
  });
  return {
    Format: { parameters: ['string'], call: (values) => formatMoment(moment, text(values, 0)) },
    String: { parameters: [], call: () => formatMoment(moment, defaultLayout) },
    Unix: read(new Int64(moment.epochSeconds)),
    UnixMilli: read(new Int64(moment.epochNs / 1_000_000n)),
    UnixNano: read(new Int64(moment.epochNs)),
    Year: read(BigInt(date.getUTCFullYear())),
    Day: read(BigInt(date.getUTCDate())),
    Hour: read(BigInt(date.getUTCHours())),
    Minute: read(BigInt(date.getUTCMinutes())),
    Second: read(BigInt(date.getUTCSeconds())),
    Nanosecond: read(face.nanosecond),
    YearDay: read(BigInt(dayOfYear(date))),
    UTC: read(new Moment(moment.epochNs, TimeZone.utc)),
    Before: compare((other) => moment.epochNs < other.epochNs),
    After: compare((other) => moment.epochNs > other.epochNs),
    Equal: compare((other) => moment.epochNs === other.epochNs),
  };
}

function versionMethods(version: SemanticVersion): FunctionTable {
  const read = (value: Value) => ({ parameters: [], call: () => value });
  const compare = (result: (order: number) => Value) => ({
    parameters: ['version'] as const,
    call: ([other]: readonly Value[]) =>
      result(other instanceof SemanticVersion ? version.compare(other) : 0),
  });
  return {
    Major: read(version.major),
    Minor: read(version.minor),
    Patch: read(version.patch),
    Prerelease: read(version.prerelease),
    Metadata: read(version.metadata),
    Original: read(version.original),
    String: read(version.toString()),
    Compare: compare((order) => BigInt(Math.sign(order))),
    Equal: compare((order) => order === 0),
    LessThan: compare((order) => order < 0),
    LessThanEqual: compare((order) => order <= 0),
    GreaterThan: compare((order) => order > 0),
    GreaterThanEqual: compare((order) => order >= 0),
  };
}
