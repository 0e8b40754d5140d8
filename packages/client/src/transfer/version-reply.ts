import { routes, Success, type Version } from '@backup-maker/api';
import { Failure } from '@backup-maker/model';
import { Value } from 'typebox/value';
import type { Server } from '../server.ts';

/** The version in the answer to a completed upload. */
export function parseVersion(text: string, server: Server): Version {
  let reply: unknown;
  try {
    reply = JSON.parse(text);
  } catch {
    // Refused below, as anything else that is not a reply.
  }
  if (!Value.Check(Success(routes.upload.reply), reply)) {
    throw new Failure('network', `${server.url.host} does not answer as a Backup Repository: check the URL`, {
      details: { final: true },
    });
  }
  return reply.data.version;
}
