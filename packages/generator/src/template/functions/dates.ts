import { parseClockDuration, printClockDuration } from '../clock-duration.ts';
import { formatMoment } from '../moment.ts';
import { parseMoment, zeroMoment } from '../moment-parser.ts';
import { type CallContext, type FunctionTable, type TemplateFunction, text } from '../signature.ts';
import { CallError } from '../template-error.ts';
import { TimeZone } from '../time-zone.ts';
import { Int64, int64, Moment, type Value } from '../value.ts';
import { parseDecimal } from './numbers.ts';

const second = 1_000_000_000n;
const hour = 3600n * second;

function now({ nowMs, timeZone }: CallContext): Moment {
  if (nowMs === undefined) {
    throw new CallError('the time is not available here: the same variables must give the same script');
  }
  return new Moment(BigInt(Math.trunc(nowMs)) * 1_000_000n, timeZone);
}

/** A time, or seconds since the epoch; anything else stands for now, as in Sprig. */
function toMoment(value: Value = null, context: CallContext): Moment {
  if (value instanceof Moment) return value;
  return typeof value === 'bigint' ? new Moment(int64(value) * second, context.timeZone) : now(context);
}

function formatIn(zone: TimeZone, layout: string, value: Value | undefined, context: CallContext): string {
  return formatMoment(new Moment(toMoment(value, context).epochNs, zone), layout);
}

/** A zone that is not known is UTC, as in Sprig. */
function zoneOf(name: string, { timeZone }: CallContext): TimeZone {
  return name === 'Local' ? timeZone : (TimeZone.named(name) ?? TimeZone.utc);
}

/** Go's Duration.Round to seconds: half away from zero. */
function ago(value: Value | undefined, context: CallContext): string {
  const passed = now(context).epochNs - toMoment(value, context).epochNs;
  const size = passed < 0n ? -passed : passed;
  const rounded = ((size + second / 2n) / second) * second;
  return printClockDuration(passed < 0n ? -rounded : rounded);
}

/** Of an int64 or a text; an int is none, which Sprig takes for 0. */
function durationOf(value: Value): string {
  const seconds =
    typeof value === 'string' ? parseDecimal(value) : value instanceof Int64 ? value.integer : 0n;
  return printClockDuration(int64(seconds * second));
}

const roundUnits = [
  [365n * 24n * hour, 'y'],
  [30n * 24n * hour, 'mo'],
  [24n * hour, 'd'],
  [hour, 'h'],
  [60n * second, 'm'],
  [second, 's'],
] as const;

/** The largest unit of which there is more than one. */
function roundedDuration(value: Value, context: CallContext): string {
  const passed = nanoseconds(value, context);
  const size = passed < 0n ? -passed : passed;
  const [length, unit] = roundUnits.find(([limit]) => size > limit) ?? [1n, undefined];
  return unit === undefined ? '0s' : `${size / length}${unit}`;
}

function nanoseconds(value: Value, context: CallContext): bigint {
  if (typeof value === 'string') return parseClockDuration(value) ?? 0n;
  if (value instanceof Int64) return value.integer;
  return value instanceof Moment ? now(context).epochNs - value.epochNs : 0n;
}

function moved(moment: Value | undefined, distance: bigint): Value {
  return moment instanceof Moment ? new Moment(moment.epochNs + distance, moment.zone) : zeroMoment;
}

const dateModify: TemplateFunction = {
  parameters: ['string', 'time'],
  call: (values) => moved(values[1], parseClockDuration(text(values, 0)) ?? 0n),
};

const mustDateModify: TemplateFunction = {
  parameters: ['string', 'time'],
  call: (values) => {
    const distance = parseClockDuration(text(values, 0));
    if (distance === undefined)
      throw new CallError(`time: invalid duration ${JSON.stringify(text(values, 0))}`);
    return moved(values[1], distance);
  },
};

const dateInZone: TemplateFunction = {
  parameters: ['string', 'any', 'string'],
  call: (values, context) => formatIn(zoneOf(text(values, 2), context), text(values, 0), values[1], context),
};

const day = '2006-01-02';

export const dateFunctions: FunctionTable = {
  now: { parameters: [], call: (_values, context) => now(context) },
  ago: { parameters: ['any'], call: ([value], context) => ago(value, context) },
  date: {
    parameters: ['string', 'any'],
    call: (values, context) => formatIn(context.timeZone, text(values, 0), values[1], context),
  },
  dateInZone,
  date_in_zone: dateInZone,
  htmlDate: {
    parameters: ['any'],
    call: ([value], context) => formatIn(context.timeZone, day, value, context),
  },
  htmlDateInZone: {
    parameters: ['any', 'string'],
    call: (values, context) => formatIn(zoneOf(text(values, 1), context), day, values[0], context),
  },
  dateModify,
  date_modify: dateModify,
  mustDateModify,
  must_date_modify: mustDateModify,
  duration: { parameters: ['any'], keepsTypes: true, call: ([value = null]) => durationOf(value) },
  durationRound: {
    parameters: ['any'],
    keepsTypes: true,
    call: ([value = null], context) => roundedDuration(value, context),
  },
  toDate: {
    parameters: ['string', 'string'],
    call: (values, { timeZone }) => parseMoment(text(values, 0), text(values, 1), timeZone) ?? zeroMoment,
  },
  mustToDate: {
    parameters: ['string', 'string'],
    call: (values, { timeZone }) => {
      const moment = parseMoment(text(values, 0), text(values, 1), timeZone);
      if (moment === undefined) {
        throw new CallError(
          `parsing time ${JSON.stringify(text(values, 1))} as ${JSON.stringify(text(values, 0))}`,
        );
      }
      return moment;
    },
  },
  unixEpoch: {
    parameters: ['time'],
    call: ([moment]) => (moment instanceof Moment ? String(moment.epochSeconds) : ''),
  },
};
