import { expect, it } from 'vitest';
import { createInspector } from './inspector.ts';

it.each([
  ['nothing', '', 'empty'],
  ['text', 'CREATE TABLE users (id int);', 'no-header'],
  ['gzip', '\x1f\x8b\x08\x00\x00', 'no-header'],
  ['a byte', '\xd2', 'no-header'],
  ['an armor line alone', '-----BEGIN PGP MESSAGE-----\n\n', 'no-header'],
  ['another kind of armor', '-----BEGIN PGP SIGNATURE-----\n\nAAAA\n', 'no-header'],
  ['armor headers without end', '-----BEGIN PGP MESSAGE-----\n' + 'Comment: x\n'.repeat(2000), 'no-header'],
  ['a session-key packet that is too large', `\xc1\xff\x00\x01\x00\x00${'\x03'.repeat(65536)}`, 'no-header'],
  ['too many packets before the data', '\xca\x03PGP'.repeat(1000), 'no-header'],
  ['a packet of an unknown version', `\xd2\x30\x07${'a'.repeat(47)}`, 'no-header'],
  ['a too short first partial length', `\xd2\xe4\x01${'a'.repeat(15)}\x20${'a'.repeat(32)}`, 'no-header'],
  ['a partial length of a packet that must not have one', `\xc1\xed${'a'.repeat(8192)}`, 'no-header'],
  ['encrypted data that are too short', '\xd2\x10\x01aaaaaaaaaaaaaaa', 'no-footer'],
  ['an endless packet that ends', `\xd2\xff\x7f\xff\xff\xff\x01${'a'.repeat(100)}`, 'no-footer'],
])('refuses %s', (_name, data, reason) => {
  const bytes = Buffer.from(data, 'latin1');
  for (const chunkBytes of [bytes.length || 1, 1]) {
    const inspector = createInspector();
    expect(() => {
      for (let offset = 0; offset < bytes.length; offset += chunkBytes) {
        inspector.write(bytes.subarray(offset, offset + chunkBytes));
      }
      inspector.end();
    }).toThrow(expect.objectContaining({ code: 'not-openpgp', details: { reason } }));
  }
});
