import { Failure } from '@backup-maker/model';
import { describe, expect, it } from 'vitest';
import { createInspector, decrypt, readPrivateKeys } from '../src/index.ts';
import { SessionKey } from '../src/key/session-key.ts';
import { chunks, collect } from './streams.ts';

/** The samples of RFC 9580, appendix A: judged by nobody's software but the standard's text. */
const secretKey = `-----BEGIN PGP PRIVATE KEY BLOCK-----

xUsGY4d/4xsAAAAg+U2nu0jWCmHlZ3BqZYfQMxmZu52JGggkLq2EVD34laMAGXKB
exK+cH6NX1hs5hNhIB00TrJmosgv3mg1ditlsLfCsQYfGwoAAABCBYJjh3/jAwsJ
BwUVCg4IDAIWAAKbAwIeCSIhBssYbE8GCaaX5NUt+mxyKwwfHifBilZwj2Ul7Ce6
2azJBScJAgcCAAAAAK0oIBA+LX0ifsDm185Ecds2v8lwgyU2kCcUmKfvBXbAf6rh
RYWzuQOwEn7E/aLwIwRaLsdry0+VcallHhSu4RN6HWaEQsiPlR4zxP/TP7mhfVEe
7XWPxtnMUMtf15OyA51YBMdLBmOHf+MZAAAAIIaTJINn+eUBXbki+PSAld2nhJh/
LVmFsS+60WyvXkQ1AE1gCk95TUR3XFeibg/u/tVY6a//1q0NWC1X+yui3O24wpsG
GBsKAAAALAWCY4d/4wKbDCIhBssYbE8GCaaX5NUt+mxyKwwfHifBilZwj2Ul7Ce6
2azJAAAAAAQBIKbpGG2dWTX8j+VjFM21J0hqWlEg+bdiojWnKfA5AQpWUWtnNwDE
M0g12vYxoWM8Y81W+bHBw805I8kWVkXU6vFOi+HWvv/ira7ofJu16NnoUkhclkUr
k0mXubZvyl4GBg==
-----END PGP PRIVATE KEY BLOCK-----`;

const toThatKey = `-----BEGIN PGP MESSAGE-----

wV0GIQYSyD8ecG9jCP4VGkF3Q6HwM3kOk+mXhIjR2zeNqZMIhRmHzxjV8bU/gXzO
WgBM85PMiVi93AZfJfhK9QmxfdNnZBjeo1VDeVZheQHgaVf7yopqR6W1FT6NOrfS
aQIHAgZhZBZTW+CwcW1g4FKlbExAf56zaw76/prQoN+bAzxpohup69LA7JW/Vp0l
yZnuSj3hcFj0DfqLTGgr4/u717J+sPWbtQBfgMfG9AOIwwrUBqsFE9zW+f1zdlYo
bhF30A+IitsxxA==
-----END PGP MESSAGE-----`;

const withPassword = {
  'A.9 (EAX)': {
    sessionKey: '3881bafe985412459b86c36f98cb9a5e',
    message:
      'w0AGHgcBCwMIpa5XnR/F2Cv/aSJPkZmTs1Bvo7WaanPP+MXvxfQcV/tU4cImgV14KPX5LEVOtl6+AKtZhsaObnxV0mkCBwEGn/kO' +
      'OzIZZPOkKRPI3MZhkyUBUifvt+rqpJ8EwuZ0F11KPSJu1q/LnKmsEiwUcOEcY9TAqyQcapOK1Iv5mlqZuQu6gyXeYQR1QCWKt5Wa' +
      'la0FHdqW6xVDHf719eIlXKeCYVRuM5o=',
  },
  'A.10 (OCB)': {
    sessionKey: '28e79ab82397d3c63de24ac217d7b791',
    message:
      'wz8GHQcCCwMIVqKY0vXjZFP/z8xcEWZO2520JZDX3EawckG2EsOBLP/76gDyNHslZBEj+IeuYNT9YU4IN9gZ02zSaQIHAgYgpmH3' +
      'MfyaMDK1YjMmAn46XY21dI6+/wsMWRDQns3WQf+f04VidYA1vEl1TOG/P/+n2tCjuBBPUTPPQqQQCoPu9MobSAGohGv0K82nyM6d' +
      'ZeIS8wHLzZj9yt5pSod61CRzI/boVw==',
  },
  'A.11 (GCM)': {
    sessionKey: '1936fc8568980274bb900d8319360c77',
    message:
      'wzwGGgcDCwMI6dOXhbIHAAj/tC58SD70iERXyzcmubPbn/d25fTZpAlS4kRymIUav/91Jt8t1VRBdXmneZ/SaQIHAwb8uUSQvLmL' +
      'vcnRBsYJAmaUD3LontwhtVlrFXaxAe0Pn/xvxtZbv9JNzQeQlm5tHoWjAFN4TLHYtqBpnvEhVaeyrWJYUxtXZR/Xd3kS+pXjXZtA' +
      'IW9ppMJI2yj/QzHxYykHOZ5v+Q==',
  },
  'A.12 (version 1, AES-128)': {
    sessionKey: '01fe16bbacfd1e7b78ef3b865187374f',
    cipherId: 7,
    message:
      'wycEBwScUvg8J/leUNU1RA7N/zE2AQQVnlL8rSLPP5VlQsunlO+ECxHSPgGYGKY+YJz4u6F+DDlDBOr5NRQXt/KJIf4m4mOlKyC/' +
      'uqLbpnLJZMnTq3o79GxBTdIdOzhHXfA3pqV4mTzF',
  },
  'A.12 (version 1, AES-192)': {
    sessionKey: '27006dae68e509022ce45a14e569e91001c2955af8dfe194',
    cipherId: 8,
    message:
      'wy8ECAThTKxHFTRZGKli3KNH4UP4AQQVhzLJ2va3FG8/pmpIPd/H/mdoVS5VBLLwF9I+AdJ1Sw56PRYiKZjCvHg+2bnq02s33AJJ' +
      'oyBexBI4QKATFRkyez2gldJldRysLVg77Mwwfgl2n/d572WciAM=',
  },
  'A.12 (version 1, AES-256)': {
    sessionKey: 'bbeda55b9aae63dac45d4f49d89dacf4af37fefc13bab2f1f8e18fb74580d8b0',
    cipherId: 9,
    message:
      'wzcECQS4eJUgIG/3mcaILEJFpmJ8AQQVnZ9l7KtagdClm9UaQ/Z6M/5roklSGpGu623YmaXezGj80j4B+Ku1sgTdJo87X1Wrup7l' +
      '0wJypZls21Uwd67m9koF60eefH/K95D1usliXOEm8ayQJQmZrjf6K6v9PWwqMQ==',
  },
} as const;

const decryptWith = (sample: { message: string; sessionKey: string; cipherId?: number }) =>
  collect(
    decrypt(chunks(Buffer.from(sample.message, 'base64'), 7), {
      sessionKey: new SessionKey(Buffer.from(sample.sessionKey, 'hex'), sample.cipherId),
    }),
  );

describe('the samples of RFC 9580', () => {
  it('A.8 is decrypted with the version 6 key of A.4', async () => {
    const privateKeys = await readPrivateKeys(Buffer.from(secretKey));
    expect(privateKeys[0]?.fingerprint).toBe(
      'CB186C4F0609A697E4D52DFA6C722B0C1F1E27C18A56708F6525EC27BAD9ACC9',
    );
    const plain = await collect(decrypt(chunks(Buffer.from(toThatKey), 11), { privateKeys }));
    expect(plain.toString()).toBe('Hello, world!');
  });

  it('A.8 tells its recipient', () => {
    const inspector = createInspector();
    inspector.write(Buffer.from(toThatKey));
    expect(inspector.end()).toEqual({
      armored: true,
      protection: 'aead',
      recipientKeyIds: ['12C83F1E706F6308'],
      hiddenRecipients: 0,
      passwords: 0,
    });
  });

  it.each(Object.entries(withPassword))('%s is one whole message, for a password', (_, { message }) => {
    const inspector = createInspector();
    inspector.write(Buffer.from(message, 'base64'));
    expect(inspector.end()).toMatchObject({ passwords: 1, recipientKeyIds: [] });
  });

  it.each(Object.entries(withPassword).filter(([name]) => name !== 'A.9 (EAX)'))(
    '%s is decrypted with its session key',
    async (_, sample) => {
      expect((await decryptWith(sample)).toString()).toBe('Hello, world!');
    },
  );

  it('A.9 (EAX) is refused by name: OpenSSL does not have that mode', async () => {
    const refused = decryptWith(withPassword['A.9 (EAX)']);
    await expect(refused).rejects.toBeInstanceOf(Failure);
    await expect(refused).rejects.toThrow('AEAD mode 1');
  });
});
