import { Secret } from '@backup-maker/model';
import { describe, expect, it } from 'vitest';
import { type GenerateKeyOptions, generateKey } from './generate.ts';

describe('generateKey', () => {
  it.each<[string, GenerateKeyOptions, string]>([
    ['without a name and an address', {}, 'needs a name or an e-mail address'],
    ['with empty ones', { name: '', email: '' }, 'needs a name or an e-mail address'],
    ['with brackets in its name', { name: 'Shop <shop@example.org>' }, 'no brackets'],
    ['with a line break in its name', { name: 'Shop\n' }, 'no control characters'],
    ['with an address that is none', { email: 'shop' }, 'cannot make a key for shop'],
    ['with an empty passphrase', { name: 'Shop', passphrase: new Secret('') }, 'the passphrase is empty'],
  ])('makes no key %s', async (_what, options, message) => {
    await expect(generateKey(options)).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining(message),
    });
  });
});
