import { ask, failureOfAnswer, type HealthCheck, HealthReply } from '@backup-maker/api';
import { Failure } from '@backup-maker/model';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Context } from '../context.ts';
import type { SecretSource } from '../input.ts';
import { type Column, printRows } from '../output.ts';
import { readHeaderSecret } from '../secret-file.ts';
import { openServer, parseCollectionId, parseServer, type ServerSettings } from '../server.ts';
import { politeRetry, retrying } from '../transfer/retry.ts';
import { define } from './definition.ts';

interface HealthSettings {
  readonly server: ServerSettings;
  readonly collectionId: string;
  /** Undefined: the token tells who asks. */
  readonly code: SecretSource | undefined;
}

const columns: readonly Column<HealthCheck>[] = [
  { title: 'CHECK', value: (check) => check.name },
  { title: 'STATUS', value: (check) => (check.status ? 'ok' : 'failing') },
  { title: 'MESSAGE', value: (check) => check.message },
];

export const health = define<HealthSettings>({
  name: 'health',
  describe: (command) =>
    command
      .description('Check whether the backups of a collection are made and intact')
      .option(
        '--code <text>',
        "the collection's health secret; better BM_HEALTH_CODE or BM_HEALTH_CODE_FILE. Without it, your token",
      ),
  parse: (input) => {
    const code = input.secret('code', 'BM_HEALTH_CODE');
    const server = parseServer(input);
    if (code === undefined && server.token === undefined) {
      throw new Failure(
        'invalid-input',
        "missing: give the collection's health secret with BM_HEALTH_CODE or --code, or a token with BM_AUTH_TOKEN",
      );
    }
    return { server, collectionId: parseCollectionId(input), code };
  },
  run: checkHealth,
});

/** An answer with a failed check has status 500 and the checks all the same. */
const Answer = Type.Object({ data: HealthReply });

async function readAuthorization({ server, code }: HealthSettings): Promise<string> {
  if (code !== undefined) {
    return (await readHeaderSecret(code, 'the health secret')).reveal();
  }
  const { token } = await openServer(server);
  return `Bearer ${token?.reveal()}`;
}

async function checkHealth(settings: HealthSettings, context: Context): Promise<void> {
  const { url, timeoutMs } = settings.server;
  const authorization = await readAuthorization(settings);
  const attempt = async () => {
    const answer = await ask({ url, timeoutMs, fetch: context.fetch }, 'collectionHealth', {
      params: { collection: settings.collectionId },
      headers: { authorization },
      signal: context.signal,
    });
    if (answer.status === 429) {
      throw failureOfAnswer(answer.status, answer.body, answer.retryAfter);
    }
    return answer;
  };
  const { status, body } = await retrying(attempt, politeRetry({ timeoutMs }, context));
  if (!Value.Check(Answer, body) || body.data.health.length === 0) {
    throw failureOfAnswer(status, body);
  }
  printRows(context, { data: body.data, rows: body.data.health, columns });
  const failing = body.data.health.filter((check) => !check.status).map((check) => check.name);
  if (failing.length > 0) {
    throw new Failure(
      'unhealthy',
      `the collection ${settings.collectionId} is not healthy: ${failing.join(', ')}`,
    );
  }
}
