import type { LoginRequest } from '@backup-maker/api';
import { Failure, type Role, roles } from '@backup-maker/model';
import { apiOf } from '../api.ts';
import type { Context } from '../context.ts';
import type { Input, SecretSource } from '../input.ts';
import { readSecret } from '../secret-file.ts';
import { parseServer, type ServerSettings } from '../server.ts';
import { choice, collect, define } from './definition.ts';

interface LoginSettings {
  readonly server: ServerSettings;
  readonly username: string;
  readonly password: SecretSource;
  readonly scope: LoginRequest['operationsScope'];
  readonly expiresIn: string | undefined;
}

export const login = define<LoginSettings>({
  name: 'login',
  describe: (command) =>
    command
      .description('Get a token, printed on standard output')
      .option('--username <name>', 'user, or user$accessKey (BM_USERNAME)')
      .option('--password-file <file>', 'file with the password; or BM_PASSWORD, BM_PASSWORD_FILE')
      .option('--collection <id>', 'limit the token to this collection; repeatable', collect)
      .addOption(
        choice('--role <role>', 'limit the token to this role; repeatable', roles).argParser(collect),
      )
      .option(
        '--expires-in <duration>',
        'how long the token is valid, such as 30d (the server decides otherwise: usually 6h for a user)',
      )
      .addHelpText('after', examples),
  parse: (input) => ({
    server: parseServer(input),
    username: input.required('username', 'BM_USERNAME'),
    password: parsePassword(input),
    scope: parseScope(input),
    expiresIn: input.text('expiresIn'),
  }),
  run: logIn,
});

const examples = `
Examples:
  export BM_AUTH_TOKEN=$(BM_PASSWORD_FILE=~/password backup-maker login --username shop)
  backup-maker login --username shop --password-file ~/password --collection shop --role backupUploader --expires-in 1h`;

function parsePassword(input: Input): SecretSource {
  const path = input.text('passwordFile');
  const source =
    input.secret(undefined, 'BM_PASSWORD') ?? (path === undefined ? undefined : { kind: 'file', path });
  if (source === undefined) {
    throw new Failure(
      'invalid-input',
      'missing: give the password with --password-file, BM_PASSWORD or BM_PASSWORD_FILE',
    );
  }
  return source;
}

function parseScope(input: Input): LoginRequest['operationsScope'] {
  const collections = input.texts('collection', 'BM_SCOPE_COLLECTIONS', /[,\s]+/);
  const wanted = input.texts('role', 'BM_SCOPE_ROLES', /[,\s]+/);
  if (collections.length === 0 && wanted.length === 0) {
    return undefined;
  }
  if (collections.length === 0 || wanted.length === 0) {
    throw new Failure('invalid-input', 'a limited token needs both --collection and --role');
  }
  return {
    elements: collections.map((name) => ({ type: 'collection', name, roles: wanted.map(parseRole) })),
  };
}

function parseRole(text: string): Role {
  const role = roles.find((known) => known === text);
  if (role === undefined) {
    throw new Failure(
      'invalid-input',
      `there is no role ${JSON.stringify(text)}; the roles are ${roles.join(', ')}`,
    );
  }
  return role;
}

async function logIn(settings: LoginSettings, context: Context): Promise<void> {
  const { username, scope, expiresIn } = settings;
  const password = (await readSecret(settings.password)).reveal();
  const api = apiOf({ ...settings.server, token: undefined }, context);
  const reply = await api.login(
    {
      username,
      password,
      ...(scope === undefined ? {} : { operationsScope: scope }),
      ...(expiresIn === undefined ? {} : { expiresIn }),
    },
    context.signal,
  );
  context.stdout.write(context.json ? `${JSON.stringify(reply)}\n` : `${reply.token}\n`);
  const hint = expiresIn === undefined ? ' (--expires-in asks for another time)' : '';
  context.logger.info(`Logged in as ${username} until ${reply.expire}${hint}`);
}
