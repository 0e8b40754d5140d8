/** Every role a user, an access key, a token scope or an access-control entry can give. */
export const roles = [
  'systemAdmin',
  'userManager',
  /** older spelling of `userManager` */
  'usersManager',
  'collectionManager',
  'backupDownloader',
  'backupUploader',
  'uploadsAnytime',
] as const;

export type Role = (typeof roles)[number];

/** The roles of `given` that exist. Objects with others are stored all over the place, where those had no effect. */
export function knownRoles(
  given: readonly string[],
  where: string,
  warn: (message: string) => void,
): readonly Role[] {
  return given.filter((role): role is Role => {
    const isKnown = (roles as readonly string[]).includes(role);
    if (!isKnown) {
      warn(`${where}: there is no role "${role}", so it is ignored. The roles are ${roles.join(', ')}`);
    }
    return isKnown;
  });
}
