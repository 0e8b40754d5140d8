import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { hasPrograms } from '@backup-maker/testing';
import { expect, test } from 'vitest';
import { selfSignedCertificate } from './certificate.ts';

const made = selfSignedCertificate({
  commonName: 'embedded-cluster',
  hosts: ['localhost', '127.0.0.1', '::1', '2001:db8::ff00:42'],
  notBeforeMs: Date.parse('2026-01-01T00:00:00Z'),
  notAfterMs: Date.parse('2051-06-15T12:30:45Z'),
});

test('Node.js reads its fields and checks its signature', () => {
  const certificate = new X509Certificate(made.certificate);
  expect(certificate.subject).toBe('CN=embedded-cluster');
  expect(certificate.subjectAltName).toBe(
    'DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, IP Address:2001:DB8:0:0:0:0:FF00:42',
  );
  expect(certificate.validToDate.toISOString()).toBe('2051-06-15T12:30:45.000Z');
  expect(certificate.ca).toBe(true);
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(certificate.checkHost('example.org')).toBeUndefined();
});

test.skipIf(!hasPrograms('openssl'))('OpenSSL finds no fault with it', () => {
  const text = execFileSync('openssl', ['x509', '-noout', '-text'], { input: made.certificate }).toString(
    'utf8',
  );
  expect(text).toMatch(
    /Version: 3[\s\S]*ecdsa-with-SHA256[\s\S]*CA:TRUE[\s\S]*Digital Signature, Certificate Sign[\s\S]*TLS Web Server Authentication/,
  );
});
