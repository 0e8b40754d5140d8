import { open } from 'node:fs/promises';

/** What a program that started us, such as a controller through the termination log of our pod, may know. */
export interface BackupResult {
  readonly collectionId: string;
  readonly versionNumber: number;
  /** Bytes, as stored. */
  readonly sizeBytes: number;
  readonly durationMs: number;
}

/**
 * Write the result as one line of JSON. The file is written in place: it may be a mount of its own, which a
 * rename would not reach.
 */
export async function writeResult(path: string, result: BackupResult): Promise<void> {
  await using file = await open(path, 'w', 0o600);
  await file.writeFile(`${JSON.stringify(result)}\n`);
}
