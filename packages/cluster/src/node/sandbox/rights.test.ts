import { expect, test } from 'vitest';
import { type Rights, setprivArguments } from './rights.ts';

const plain: Rights = {
  user: undefined,
  group: undefined,
  groups: [],
  privileged: false,
  allowPrivilegeEscalation: true,
  addCapabilities: [],
  dropCapabilities: [],
  readOnlyRoot: false,
};

const setpriv = (rights: Partial<Rights>): string => setprivArguments({ ...plain, ...rights }).join(' ');

test('a container gets the usual capabilities, not those to mount or to make devices', () => {
  const text = setpriv({});
  expect(text).toContain('--bounding-set=-all,+chown');
  expect(text).not.toMatch(/sys_admin|mknod/);
});

test.each([
  { rights: { dropCapabilities: ['ALL'] }, part: '--bounding-set=-all ' },
  {
    rights: { dropCapabilities: ['ALL'], addCapabilities: ['NET_BIND_SERVICE'] },
    part: '--bounding-set=-all,+net_bind_service ',
  },
  { rights: { dropCapabilities: ['CAP_CHOWN'] }, part: '--bounding-set=-all,+dac_override' },
  { rights: { user: 1000 }, part: '--reuid 1000 --regid 0 --clear-groups' },
  { rights: { user: 1000, group: 2000, groups: [3000] }, part: '--reuid 1000 --regid 2000 --groups 3000' },
  { rights: { allowPrivilegeEscalation: false }, part: '--no-new-privs' },
])('$rights', ({ rights, part }) => {
  expect(setpriv(rights)).toContain(part);
});

test('a privileged container keeps all', () => {
  expect(setpriv({ privileged: true })).not.toContain('bounding-set');
});

test.each(['chown,+sys_admin', '-x', ''])('%j is no capability', (name) => {
  expect(() => setpriv({ addCapabilities: [name] })).toThrow(RangeError);
});
