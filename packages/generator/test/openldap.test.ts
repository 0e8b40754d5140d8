import { writeFile } from 'node:fs/promises';
import { hasPrograms, type OpenLdap, startOpenLdap } from '@backup-maker/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describeMatrix, type Scene, type Subject } from './matrix.ts';
import { type Params, Stage, succeeded } from './stage.ts';

const password = 's3cr3t "w0rd" $x';
const suffix = 'dc=example,dc=org';
const base64 = (text: string) => Buffer.from(text).toString('base64');

const base = `dn: ${suffix}
objectClass: dcObject
objectClass: organization
dc: example
o: Example

dn: ou=people,${suffix}
objectClass: organizationalUnit
ou: people
`;

const person = (name: string, more = '') => `
dn: cn=${name},ou=people,${suffix}
objectClass: inetOrgPerson
cn: ${name}
sn: person
userPassword: {SSHA}abcdefgh
description:: ${base64(`ż€ ${name}\nsecond line `)}
${more}`;

/** A value in a DN (RFC 4514): what is special there as hexadecimal pairs. */
const escapeDn = (text: string) =>
  text.replaceAll(/[\\"+,;<>= #]|\n/g, (c) => `\\${c.charCodeAt(0).toString(16).padStart(2, '0')}`);

describe.skipIf(!hasPrograms('slapd', 'slapadd', 'ldapsearch', 'ldapadd', 'ldapdelete'))(
  'an LDAP directory',
  () => {
    let server: OpenLdap;
    beforeAll(async () => {
      server = await startOpenLdap({ password });
    });
    afterAll(() => server?.[Symbol.asyncDispose]());
    beforeEach(() => clear());

    const add = (ldif: string) => server.run('ldapadd', [], ldif);
    const search = (dn: string) => server.run('ldapsearch', ['-LLL', '-b', dn, '-o', 'ldif-wrap=no']);
    const everything = () => search(suffix).catch(() => '');
    const remove = (...args: readonly string[]) => server.run('ldapdelete', args);
    /** slapd 2.5 crashes when the base that it shall delete is not there. */
    const clear = async () => {
      if ((await everything()) !== '') await remove('-r', suffix);
    };
    const params = (more: Params = {}) => ({
      ...{ uri: server.uri, bindDn: server.admin, password, baseDn: suffix },
      ...more,
    });
    const directoryScene = (): Scene => ({
      params: params(),
      // A directory has no order, and gives its entries in that of their making.
      state: async () => (await everything()).split('\n\n').sort().join('\n\n'),
      damage: async () => {
        await remove(`cn=one,ou=people,${suffix}`);
        await add(person('junk'));
      },
    });

    const subject: Subject = {
      template: 'openldap',
      programs: ['ldapsearch', 'ldapadd', 'ldapdelete'],
      dumpProgram: 'ldapsearch',
      restoreProgram: 'ldapadd',
      refused: { uri: /Could not parse LDAP URI/ },
      cutVersion: 'leaves the data alone',
      ordinary: async () => {
        const reference = `manager: cn=one,ou=people,${suffix}\n`;
        await add(base + person('one') + person('two', reference) + person('three', reference));
        return directoryScene();
      },
      awkward: async (_stage, text) => {
        const [dn, child] = [`ou=${escapeDn(text)},${suffix}`, `ou=child,ou=${escapeDn(text)},${suffix}`];
        await add(`${base}
dn:: ${base64(dn)}
objectClass: organizationalUnit
objectClass: simpleSecurityObject
ou:: ${base64(text)}
userPassword:: ${base64(text)}

dn:: ${base64(child)}
objectClass: organizationalUnit
ou: child
`);
        return {
          params: params({ baseDn: child, bindDn: dn, password: text }),
          state: () => search(dn),
          damage: () => remove(child),
        };
      },
      // A directory without its topmost entry has nothing that could be found: the least there is, is that entry.
      empty: async () => {
        await add(base.split('\n\n')[0] ?? '');
        return {
          params: params(),
          state: everything,
          damage: () => add(`${base.split('\n\n')[1]}\n${person('junk')}`),
        };
      },
      large: async () => {
        const photo = `jpegPhoto:: ${Buffer.alloc(50_000, 'photo').toString('base64')}\n`;
        await server.load(
          base + person('one') + Array.from({ length: 2000 }, (_, i) => person(`p${i}`, photo)).join(''),
        );
        return { ...directoryScene(), sizeBytes: async () => (await everything()).length };
      },
    };
    describeMatrix(subject);

    let stage: Stage;
    beforeEach(async () => {
      stage = await Stage.create(subject);
    });
    afterEach(() => stage[Symbol.asyncDispose]());

    it('is stored and restored without a word', async () => {
      await add(base + person('one'));
      expect(await stage.backup({ params: params() })).toEqual({ code: 0, messages: '' });
      expect(await stage.restore({ params: params() })).toEqual({ code: 0, messages: '' });
    });

    it('gets an entry back that stands before its parent', async () => {
      await add(base + person('one'));
      const later = `ou=later,${suffix}`;
      await add(`\ndn: ${later}\nobjectClass: organizationalUnit\nou: later\n`);
      const move = `changetype: moddn\nnewrdn: cn=one\ndeleteoldrdn: 0\nnewsuperior: ${later}\n`;
      await server.run('ldapmodify', [], `dn: cn=one,ou=people,${suffix}\n${move}`);
      const sorted = (ldif: string) => ldif.split('\n\n').sort();
      const before = sorted(await everything());
      await stage.backup({ params: params() });
      const text = ((await stage.version()) ?? '').toString();
      expect(text.indexOf('dn: cn=one')).toBeLessThan(text.indexOf('dn: ou=later'));
      expect(await stage.restore({ params: params() })).toEqual(succeeded);
      expect(sorted(await everything())).toEqual(before);
    });

    it('is restored where there is none', async () => {
      await add(base);
      const before = await everything();
      await stage.backup({ params: params() });
      await clear();
      expect(await stage.restore({ params: params() })).toEqual(succeeded);
      expect(await everything()).toBe(before);
    });

    it.each([
      ['a server that is not there', { uri: 'ldap://127.0.0.1:1' }, /Can't contact LDAP server/],
      ['a wrong password', { password: 'wrong' }, /Invalid credentials/],
      ['a base that is not there', { baseDn: `ou=nowhere,${suffix}` }, /No such object/],
    ])('makes no version with %s', async (_what, wrong, message) => {
      await add(base);
      const result = await stage.backup({ params: params(wrong) });
      expect(result).toEqual({ code: 3, messages: expect.stringMatching(message) });
      expect(await stage.version()).toBeUndefined();
    });

    it('is left alone when the stored version is none', async () => {
      await add(base);
      const before = await everything();
      await writeFile(stage.at('store/version'), 'nonsense');
      expect(await stage.restore({ params: params() })).toMatchObject({ code: 3 });
      expect(await everything()).toBe(before);
    });

    it('gets its old entries back when it refuses new ones', async () => {
      await add(base + person('one'));
      const before = await everything();
      const refused = `${base}\ndn: cn=bad,${suffix}\nobjectClass: nonsense\ncn: bad\n\n`;
      await writeFile(stage.at('store/version'), refused);
      const result = await stage.restore({ params: params() });
      expect(result).toEqual({
        code: 3,
        messages: expect.stringMatching(/1 entries were refused[\s\S]*the old entries are put back/),
      });
      expect(await everything()).toBe(before);
    });

    it('is stored whole whatever the user has set', async () => {
      await add(base + person('one'));
      const before = await everything();
      await writeFile(stage.at('temporary/.ldaprc'), 'SIZELIMIT 1\n');
      await writeFile(stage.at('ldaprc'), 'SIZELIMIT 1\n');
      const environment = { LDAPURI: 'ldap://127.0.0.1:1', LDAPSIZELIMIT: '1', LDAPDEREF: 'always' };
      expect(await stage.backup({ params: params(), environment })).toEqual({ code: 0, messages: '' });
      expect(await stage.restore({ params: params(), environment })).toEqual({ code: 0, messages: '' });
      expect(await everything()).toBe(before);
    });
  },
);
