import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { badRequest } from '../status-error.ts';
import { type ApiContext, keyOf, type ObjectCall } from './call.ts';
import { booleanParameter, integerParameter } from './query.ts';

/** `GET …/pods/NAME/log`: what a container wrote, and with `follow` what it goes on to write. */
export async function sendLog(context: ApiContext, call: ObjectCall): Promise<void> {
  const { query, response } = call;
  context.objects.get(call.type, call.namespace ?? '', call.name);
  const aborted = new AbortController();
  response.once('close', () => aborted.abort());
  const lines = await context.logs.open(keyOf(call), {
    container: query.get('container') ?? undefined,
    follow: booleanParameter(query, 'follow'),
    previous: booleanParameter(query, 'previous'),
    timestamps: booleanParameter(query, 'timestamps'),
    tailLines: integerParameter(query, 'tailLines'),
    limitBytes: integerParameter(query, 'limitBytes'),
    sinceMs: since(query, context.clock.now()),
    signal: aborted.signal,
  });
  response.writeHead(200, { 'content-type': 'text/plain' });
  response.flushHeaders();
  try {
    await pipeline(Readable.from(lines, { objectMode: false }), response);
  } catch (error) {
    // The client has what it wanted of a log that it follows.
    if (!aborted.signal.aborted) {
      throw error;
    }
  }
}

function since(query: URLSearchParams, nowMs: number): number | undefined {
  const seconds = integerParameter(query, 'sinceSeconds');
  if (seconds !== undefined) {
    return nowMs - seconds * 1000;
  }
  const time = query.get('sinceTime') ?? '';
  if (time === '') {
    return undefined;
  }
  const ms = Date.parse(time);
  if (Number.isNaN(ms)) {
    throw badRequest(`sinceTime is no RFC 3339 time: ${JSON.stringify(time)}`);
  }
  return ms;
}
