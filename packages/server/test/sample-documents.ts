const apiVersion = 'backups.riotkit.org/v1alpha1';

export function collectionDocument(name: string, spec: object = {}): object {
  return {
    apiVersion,
    kind: 'BackupCollection',
    metadata: { name },
    spec: {
      description: 'IWA-AIT website files',
      filenameTemplate: 'iwa-ait-${version}.tar.gz',
      maxBackupsCount: 5,
      maxOneVersionSize: '1M',
      maxCollectionSize: '10M',
      strategyName: 'fifo',
      ...spec,
    },
  };
}

export function userDocument(name: string, spec: object = {}): object {
  return {
    apiVersion,
    kind: 'BackupUser',
    metadata: { name },
    spec: { email: `${name}@example.org`, ...spec },
  };
}

export function secretDocument(name: string, entries: Readonly<Record<string, string>>): object {
  const data = Object.fromEntries(
    Object.entries(entries).map(([key, text]) => [key, Buffer.from(text).toString('base64')]),
  );
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name }, data };
}
