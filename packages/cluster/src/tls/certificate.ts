import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';
import {
  bitString,
  boolean,
  generalizedTime,
  objectIdentifier,
  octetString,
  positiveInteger,
  sequence,
  set,
  tagged,
  utf8String,
} from './der.ts';

export interface KeyAndCertificate {
  readonly key: string;
  readonly certificate: string;
}

export interface CertificateOptions {
  readonly commonName: string;
  /** Host names and IP addresses that the server is reached by. */
  readonly hosts: readonly string[];
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

const oid = {
  commonName: '2.5.4.3',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  basicConstraints: '2.5.29.19',
  keyUsage: '2.5.29.15',
  extendedKeyUsage: '2.5.29.37',
  subjectAltName: '2.5.29.17',
  serverAuth: '1.3.6.1.5.5.7.3.1',
} as const;

/** A self-signed certificate of a server (RFC 5280) on a new P-256 key, both as PEM. */
export function selfSignedCertificate(options: CertificateOptions): KeyAndCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = sequence(objectIdentifier(oid.ecdsaWithSha256));
  const name = sequence(set(sequence(objectIdentifier(oid.commonName), utf8String(options.commonName))));
  const body = sequence(
    tagged(0xa0, positiveInteger(Buffer.from([2]))),
    positiveInteger(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    algorithm,
    name,
    sequence(generalizedTime(options.notBeforeMs), generalizedTime(options.notAfterMs)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, extensions(options.hosts)),
  );
  const certificate = sequence(body, algorithm, bitString(sign('sha256', body, privateKey)));
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificate: pem('CERTIFICATE', certificate),
  };
}

function extensions(hosts: readonly string[]): Buffer {
  // digitalSignature and keyCertSign: the certificate vouches for itself.
  const usage = bitString(Buffer.from([0b1000_0100]), 2);
  return sequence(
    extension(oid.basicConstraints, sequence(boolean(true)), true),
    extension(oid.keyUsage, usage, true),
    extension(oid.extendedKeyUsage, sequence(objectIdentifier(oid.serverAuth))),
    extension(oid.subjectAltName, sequence(...hosts.map(alternativeName))),
  );
}

function extension(id: string, value: Buffer, critical = false): Buffer {
  return sequence(objectIdentifier(id), ...(critical ? [boolean(true)] : []), octetString(value));
}

function alternativeName(host: string): Buffer {
  return isIP(host) === 0 ? tagged(0x82, Buffer.from(host, 'ascii')) : tagged(0x87, addressBytes(host));
}

function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) {
    return Buffer.from(address.split('.').map(Number));
  }
  // The URL parser writes an IPv6 address in its shortest form: only `::` is left to be filled.
  const [head = '', tail = ''] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const words = (text: string): readonly string[] => text.split(':').filter((word) => word !== '');
  const zeros = 8 - words(head).length - words(tail).length;
  const all = [...words(head), ...Array<string>(zeros).fill('0'), ...words(tail)];
  return Buffer.from(all.map((word) => word.padStart(4, '0')).join(''), 'hex');
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
