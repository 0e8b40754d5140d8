import type { FailureCode } from '@backup-maker/model';

/** Texts that scripts of the ecosystem match on: they must stay as they are. */
export const messages = {
  missingCredentials: 'missing Username or Password',
  wrongCredentials: 'incorrect Username or Password',
  collectionNotFound: 'cannot find specified collection',
  versionNotFound: 'cannot find specified version',
  mayNotUpload: 'not authorized to upload versions to this collection',
  mayNotDownload: 'not authorized to download versions from this collection',
  mayNotList: 'not authorized to list versions',
  mayNotViewUser: 'no permissions to view that user account',
  mayNotRevoke: "you don't have permissions to revoke session of other user",
  revoked: 'JWT was revoked',
  parallelUpload: 'cannot upload to same collection in parallel',
  windowClosed:
    "backup window does not allow you to send a backup at this time. You need a token that has a special permission 'uploadsAnytime'",
  checksFailed: 'one of checks failed',
  configurationProviderUnusable: 'configuration provider is not usable',
} as const;

const upload = 'cannot upload version. cannot upload file, cannot copy stream, error:';

/** Why an upload was refused after its first byte, as scripts know it. */
export const uploadMessages = {
  noHeader: `${upload} first chunk of uploaded data does not contain a valid GPG header`,
  noFooter: `${upload} end of stream does not contain a valid GPG footer, suspecting a data corruption`,
  empty: `${upload} sent empty data`,
  overQuota: (uploadedBytes: number, allowedBytes: number) =>
    `${upload} filesize reached allowed limit. Uploaded ${uploadedBytes} bytes, allowed to upload only ${allowedBytes} bytes`,
} as const;

/** What a server means by a text, where it gives neither a reason nor a status that tells. */
const codeOfText: readonly (readonly [text: string, code: FailureCode])[] = [
  [messages.parallelUpload, 'busy'],
  [messages.windowClosed, 'window-closed'],
  [messages.mayNotUpload, 'forbidden'],
  [messages.mayNotDownload, 'forbidden'],
  [messages.collectionNotFound, 'not-found'],
  [messages.versionNotFound, 'not-found'],
  ['filesize reached allowed limit', 'quota-exceeded'],
  ['does not contain a valid GPG', 'not-openpgp'],
  ['sent empty data', 'not-openpgp'],
];

/** The failure that a message stands for; undefined for one that is not known. */
export function failureCodeOfMessage(message: string): FailureCode | undefined {
  return codeOfText.find(([text]) => message.includes(text))?.[1];
}
