import { apiOf } from '../api.ts';
import { openServer, parseServerWithToken, type ServerSettings } from '../server.ts';
import { define } from './definition.ts';

interface LogoutSettings {
  readonly server: ServerSettings;
  /** Undefined means the token's own. */
  readonly sessionId: string | undefined;
}

export const logout = define<LogoutSettings>({
  name: 'logout',
  describe: (command) =>
    command
      .description('Revoke the token')
      .option('--session-id <id>', 'another session of the same user (an administrator: of anybody)'),
  parse: (input) => ({ server: parseServerWithToken(input), sessionId: input.text('sessionId') }),
  run: async ({ server, sessionId }, context) => {
    const api = apiOf(await openServer(server), context);
    const query = sessionId === undefined ? {} : { query: { sessionId } };
    const reply = await api.call('logout', { ...query, signal: context.signal });
    if (context.json) {
      context.stdout.write(`${JSON.stringify(reply)}\n`);
    }
    context.logger.info(`Session ${reply.sessionId} was revoked`);
  },
});
