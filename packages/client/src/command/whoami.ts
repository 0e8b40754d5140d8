import { apiOf } from '../api.ts';
import { printable } from '../output.ts';
import { openServer, parseServerWithToken, type ServerSettings } from '../server.ts';
import { define } from './definition.ts';

export const whoami = define<ServerSettings>({
  name: 'whoami',
  describe: (command) => command.description('Show whose token this is, and until when'),
  parse: parseServerWithToken,
  run: async (server, context) => {
    const api = apiOf(await openServer(server), context);
    const reply = await api.call('whoami', { signal: context.signal });
    if (context.json) {
      context.stdout.write(`${JSON.stringify(reply)}\n`);
      return;
    }
    const { user, accessKeyName, expiresAt } = reply.grantedAccess;
    const lines = [
      ['user', accessKeyName === '' ? user : `${user} (access key ${accessKeyName})`],
      ['email', reply.email],
      ['roles', reply.permissions.join(', ')],
      ['session', reply.sessionId],
      ['valid until', expiresAt],
    ];
    context.stdout.write(lines.map(([name, value = '']) => `${name}: ${printable(value)}\n`).join(''));
  },
});
