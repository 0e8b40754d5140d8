import { describe, expect, it } from 'vitest';
import {
  type Actor,
  type CollectionAction,
  collectionActions,
  decideAccess,
  expandRoles,
  mayAdminister,
} from './access.ts';
import { type Role, roles } from './resources/roles.ts';

/** Which actions each role alone allows: the table that the design gives, written out. */
const allowedBy: Readonly<Record<Role, readonly CollectionAction[]>> = {
  systemAdmin: ['see', 'list', 'upload', 'upload-anytime', 'download', 'delete'],
  collectionManager: ['see', 'list', 'upload', 'upload-anytime', 'download', 'delete'],
  uploadsAnytime: ['see', 'list', 'upload', 'upload-anytime'],
  backupUploader: ['see', 'list', 'upload'],
  backupDownloader: ['see', 'list', 'download'],
  userManager: [],
  usersManager: [],
};

/** No grant at all, a grant for another collection, and each role alone. */
const grantChoices = [undefined, 'none', 'elsewhere', ...roles] as const;
type GrantChoice = (typeof grantChoices)[number];

function grantOf(choice: GrantChoice) {
  if (choice === undefined) {
    return undefined;
  }
  if (choice === 'none') {
    return [];
  }
  return choice === 'elsewhere'
    ? [{ collection: 'other', roles: ['systemAdmin'] as const }]
    : [{ collection: 'iwa', roles: [choice] }];
}

function permits(choice: GrantChoice, action: CollectionAction): boolean {
  if (choice === undefined) {
    return true;
  }
  return choice !== 'none' && choice !== 'elsewhere' && allowedBy[choice].includes(action);
}

const roleChoices = [undefined, ...roles] as const;

describe('decideAccess', () => {
  it('agrees with the table for every combination of role, entry, access key, scope and action', () => {
    let combinations = 0;
    for (const own of roleChoices) {
      for (const entry of roleChoices) {
        for (const key of grantChoices) {
          for (const scope of grantChoices) {
            for (const action of collectionActions) {
              const decision = decideAccess({
                actor: {
                  userName: 'worker',
                  roles: own ? [own] : [],
                  accessKey: grantOf(key),
                  scope: grantOf(scope),
                },
                collection: {
                  name: 'iwa',
                  accessControl: entry ? [{ userName: 'worker', roles: [entry] }] : [],
                },
                action,
              });
              const byRoles =
                (own !== undefined && allowedBy[own].includes(action)) ||
                (entry !== undefined && allowedBy[entry].includes(action));
              const expected = permits(key, action) && permits(scope, action) && byRoles;
              expect(decision.allowed, JSON.stringify({ own, entry, key, scope, action })).toBe(expected);
              combinations += 1;
            }
          }
        }
      }
    }
    expect(combinations).toBe(8 * 8 * 10 * 10 * 6);
  });

  it.each([
    ['an entry of another user', 'somebody', 'iwa', { allowed: false, by: 'roles' }],
    ['an entry whose name differs in case', 'Worker', 'iwa', { allowed: false, by: 'roles' }],
    ['their own entry', 'worker', 'iwa', { allowed: true, by: 'access-control' }],
  ] as const)('%s', (_, userName, name, expected) => {
    const decision = decideAccess({
      actor: { userName: 'worker', roles: [], accessKey: undefined, scope: undefined },
      collection: { name, accessControl: [{ userName, roles: ['backupUploader'] }] },
      action: 'upload',
    });
    expect(decision).toEqual(expected);
  });

  it('names the rule that denied', () => {
    const collection = { name: 'iwa', accessControl: [] };
    const admin = {
      userName: 'root',
      roles: ['systemAdmin'],
      accessKey: undefined,
      scope: undefined,
    } as const;
    expect(decideAccess({ actor: { ...admin, accessKey: [] }, collection, action: 'list' })).toEqual({
      allowed: false,
      by: 'access-key',
    });
    expect(decideAccess({ actor: { ...admin, scope: [] }, collection, action: 'list' })).toEqual({
      allowed: false,
      by: 'scope',
    });
  });
});

describe('expandRoles', () => {
  it('reads both spellings of the user manager as one', () => {
    expect(expandRoles(['usersManager'])).toEqual(new Set(['usersManager', 'userManager']));
    expect(expandRoles(['userManager'])).toEqual(new Set(['usersManager', 'userManager']));
  });

  it('gives an administrator everything', () => {
    expect(expandRoles(['systemAdmin'])).toEqual(new Set(roles));
  });
});

describe('mayAdminister', () => {
  const admin: Actor = { userName: 'root', roles: ['systemAdmin'], accessKey: undefined, scope: undefined };

  it.each([
    ['an administrator', admin, true],
    ['a user manager', { ...admin, roles: ['usersManager'] as const }, true],
    ['a collection manager', { ...admin, roles: ['collectionManager'] as const }, false],
    ['an administrator with an access key', { ...admin, accessKey: [] }, false],
    ['an administrator with a limited token', { ...admin, scope: [] }, false],
  ])('%s', (_, actor, expected) => {
    expect(mayAdminister(actor, 'userManager')).toBe(expected);
  });
});
