import type { FunctionTable, ParameterType } from '../signature.ts';
import { CallError } from '../template-error.ts';

const random = 'the same variables must give the same script';
const keys = `it makes a random key, and ${random}`;
const password = `it makes a random salt, and ${random}`;
const system = 'a template cannot read the environment';

/** Functions of Sprig that have effects, and why a template cannot have them. */
const reasons: Readonly<Record<string, string>> = {
  env: system,
  expandenv: system,
  getHostByName: 'a template cannot ask the network',
  randAlpha: random,
  randAlphaNum: random,
  randAscii: random,
  randBytes: random,
  randInt: random,
  randNumeric: random,
  shuffle: random,
  uuidv4: random,
  bcrypt: password,
  htpasswd: password,
  encryptAES: password,
  decryptAES: 'a template cannot hold a key: whoever reads the template reads it',
  derivePassword: 'a password that a template can compute is known to whoever reads the template',
  genPrivateKey: keys,
  genCA: keys,
  genCAWithKey: keys,
  genSelfSignedCert: keys,
  genSelfSignedCertWithKey: keys,
  genSignedCert: keys,
  genSignedCertWithKey: keys,
  buildCustomCert: 'certificates are files of their own, not parts of a script',
};

const rest: ParameterType = 'any';

/** They are there to say why not: a name that is unknown would be taken for a mistyped one. */
export const refusedFunctions: FunctionTable = Object.fromEntries(
  Object.entries(reasons).map(([name, reason]) => [
    name,
    {
      parameters: [],
      rest,
      call: () => {
        throw new CallError(`${name} is not available in templates because ${reason}`);
      },
    },
  ]),
);
