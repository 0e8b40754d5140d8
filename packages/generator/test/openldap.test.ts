import { writeFile } from 'node:fs/promises';
import { hasPrograms, type OpenLdap, runProgram, startOpenLdap } from '@backup-maker/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { awkwardTexts, Stage, succeeded } from './stage.ts';

const admin = 'cn=admin,dc=example,dc=org';
const password = 's3cr3t "w0rd" $x';

const base = `dn: dc=example,dc=org
objectClass: dcObject
objectClass: organization
dc: example
o: Example

dn: ou=people,dc=example,dc=org
objectClass: organizationalUnit
ou: people
`;

const person = (name: string, more = '') => `
dn: cn=${name},ou=people,dc=example,dc=org
objectClass: inetOrgPerson
cn: ${name}
sn: person
userPassword: {SSHA}abcdefgh
description:: ${Buffer.from(`ż€ ${name}\nsecond line `).toString('base64')}
${more}`;

describe.skipIf(!hasPrograms('slapd', 'ldapsearch', 'ldapadd', 'ldapdelete'))('openldap', () => {
  let server: OpenLdap;
  let stage: Stage;

  const uri = () => server.uri;
  const ldap = (program: string, args: readonly string[], input = '') => server.run(program, args, input);
  const add = (ldif: string) => ldap('ldapadd', [], ldif);
  const everything = () => ldap('ldapsearch', ['-LLL', '-b', 'dc=example,dc=org', '-o', 'ldif-wrap=no']);
  /** slapd 2.5 crashes when the base that it shall delete is not there. */
  const clear = async () => {
    const present = await everything().catch(() => '');
    if (present !== '') await ldap('ldapdelete', ['-r', 'dc=example,dc=org']);
  };

  beforeAll(async () => {
    server = await startOpenLdap({ password });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  beforeEach(async () => {
    stage = await Stage.create({ template: 'openldap', programs: ['ldapsearch', 'ldapadd', 'ldapdelete'] });
    await clear();
  });
  afterEach(() => stage[Symbol.asyncDispose]());

  const params = (more: object = {}) => ({
    uri: uri(),
    bindDn: admin,
    password,
    baseDn: 'dc=example,dc=org',
    ...more,
  });

  it('brings entries back, and nothing that was not there', async () => {
    await add(base + person('one') + person('two', 'manager: cn=one,ou=people,dc=example,dc=org\n'));
    const before = await everything();
    expect(await stage.backup({ params: params() })).toEqual({ code: 0, messages: '' });
    await ldap('ldapdelete', ['cn=one,ou=people,dc=example,dc=org']);
    await add(person('junk'));
    expect(await stage.restore({ params: params() })).toEqual({ code: 0, messages: '' });
    expect(await everything()).toBe(before);
    expect(await runProgram('ls', ['-A', stage.at('temporary')])).toBe('');
  });

  it('restores an entry that stands before its parent', async () => {
    await add(base + person('one'));
    await add('\ndn: ou=later,dc=example,dc=org\nobjectClass: organizationalUnit\nou: later\n');
    await ldap(
      'ldapmodify',
      [],
      'dn: cn=one,ou=people,dc=example,dc=org\nchangetype: moddn\nnewrdn: cn=one\ndeleteoldrdn: 0\nnewsuperior: ou=later,dc=example,dc=org\n',
    );
    const before = await everything();
    await stage.backup({ params: params() });
    const text = ((await stage.version()) ?? '').toString();
    expect(text.indexOf('dn: cn=one')).toBeLessThan(text.indexOf('dn: ou=later'));
    expect(await stage.restore({ params: params() })).toEqual(succeeded);
    const sorted = (ldif: string) => ldif.split('\n\n').sort();
    expect(sorted(await everything())).toEqual(sorted(before));
  });

  it('restores into an empty directory', async () => {
    await add(base);
    await stage.backup({ params: params() });
    await clear();
    expect(await stage.restore({ params: params() })).toEqual(succeeded);
    expect(await everything()).toContain('dn: ou=people');
  });

  it.each(awkwardTexts)('takes names and passwords with %s', async (_what, text) => {
    const escaped = text.replaceAll(
      /[\\"+,;<>= #]|\n/g,
      (c) => `\\${c.charCodeAt(0).toString(16).padStart(2, '0')}`,
    );
    const dn = `ou=${escaped},dc=example,dc=org`;
    const b64 = (value: string) => Buffer.from(value).toString('base64');
    await add(
      `${base}\ndn:: ${b64(dn)}\nobjectClass: organizationalUnit\nobjectClass: simpleSecurityObject\nou:: ${b64(text)}\nuserPassword:: ${b64(text)}\n`,
    );
    const given = params({ baseDn: dn });
    expect(await stage.backup({ params: given })).toEqual(succeeded);
    expect(await stage.restore({ params: given })).toEqual(succeeded);
    expect(await stage.backup({ params: params({ bindDn: dn, password: text, baseDn: dn }) })).toEqual(
      succeeded,
    );
  });

  it('keeps the password out of every argument', async () => {
    await add(base);
    await stage.backup({ params: params() });
    await stage.restore({ params: params() });
    expect(await stage.seenArguments()).toContain(admin);
    expect(await stage.seenArguments()).not.toContain('s3cr3t');
  });

  it('stores thousands of entries', async () => {
    const filler = `description: ${'x'.repeat(9000)}\n`;
    await add(base + Array.from({ length: 2500 }, (_, i) => person(`p${i}`, filler)).join(''));
    const before = await everything();
    expect(await stage.backup({ params: params() })).toEqual(succeeded);
    expect((await stage.version())?.length).toBeGreaterThan(20_000_000);
    await clear();
    expect(await stage.restore({ params: params() })).toEqual(succeeded);
    expect(await everything()).toBe(before);
  });

  it.each([
    ['a server that is not there', { uri: 'ldap://127.0.0.1:1' }, /Can't contact LDAP server/],
    ['a wrong password', { password: 'wrong' }, /Invalid credentials/],
    ['a base that is not there', { baseDn: 'ou=nowhere,dc=example,dc=org' }, /No such object/],
  ])('makes no version with %s', async (_what, wrong, message) => {
    await add(base);
    const result = await stage.backup({ params: params(wrong) });
    expect(result.code).toBe(3);
    expect(result.messages).toMatch(message);
    expect(await stage.version()).toBeUndefined();
  });

  it('makes no version when the dump dies half-way', async () => {
    await add(base);
    expect(await stage.backup({ params: params(), breakProgram: 'ldapsearch' })).toMatchObject({ code: 3 });
    expect(await stage.version()).toBeUndefined();
  });

  it('leaves the directory alone when the stored version is none', async () => {
    await add(base);
    const before = await everything();
    await writeFile(stage.at('store/version'), 'nonsense');
    const result = await stage.restore({ params: params() });
    expect(result.code).toBe(3);
    expect(await everything()).toBe(before);
  });

  it('says so when entries are refused', async () => {
    await add(base);
    await stage.backup({ params: params() });
    await writeFile(
      stage.at('store/version'),
      `${base}\ndn: cn=bad,dc=example,dc=org\nobjectClass: nonsense\ncn: bad\n\n`,
    );
    const result = await stage.restore({ params: params() });
    expect(result.code).toBe(3);
    expect(result.messages).toMatch(/1 entries were refused: the directory is restored in part only/);
  });
});
