export { type DecryptOptions, decrypt, readSessionKey } from './decrypt.ts';
export { type EncryptOptions, encrypt, type MessageCipher, messageCiphers } from './encrypt.ts';
export {
  type GeneratedKey,
  type GenerateKeyOptions,
  generateKey,
  type KeyKind,
  keyKinds,
} from './key/generate.ts';
export { PrivateKey, PublicKey, publicKeyOf } from './key/key.ts';
export { readPrivateKeys, readPublicKeys } from './key/read.ts';
export { createSessionKey, type SessionKey } from './key/session-key.ts';
export { signDetached, verifyDetached } from './key/signature.ts';
export {
  beginsEncrypted,
  createInspector,
  type Inspection,
  type InspectionFault,
  type Inspector,
} from './message/inspector.ts';
