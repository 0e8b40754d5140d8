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
