import { join } from 'node:path';
import { formatBytes } from '@backup-maker/model';
import type { DataSet } from './data-set.ts';
import { damageFileTree, makeFileTree, summarizeFileTree } from './file-tree.ts';
import { scheduledBackup } from './objects.ts';

export interface FilesOptions {
  readonly checkout: string;
  readonly folder: string;
  /** Who owns the files: the pod runs as this user and group. */
  readonly owner: { readonly uid: number; readonly gid: number };
}

/** A tree of some hundred files, through the template `tar`. */
export async function createFilesDataSet({ checkout, folder, owner }: FilesOptions): Promise<DataSet> {
  const tree = join(folder, 'website');
  await makeFileTree(checkout, tree);
  const mountPath = '/data';
  const podTemplate = {
    securityContext: { runAsUser: owner.uid, runAsGroup: owner.gid, runAsNonRoot: owner.uid !== 0 },
    volumes: [{ name: 'website', hostPath: { path: tree, type: 'Directory' } }],
    volumeMounts: [{ name: 'website', mountPath }],
  };
  return {
    name: 'website',
    title: 'files (tar)',
    filenameTemplate: 'website-${version}.tar.gz.gpg',
    definitions: (repositoryUrl) => [
      scheduledBackup({
        name: 'website',
        template: 'tar',
        repositoryUrl,
        params: { path: mountPath },
        podTemplate,
      }),
    ],
    summarize: async () => {
      const { files, bytes, digest } = await summarizeFileTree(tree);
      return { digest, content: `${files} files, ${formatBytes(bytes)}` };
    },
    damage: () => damageFileTree(tree),
    [Symbol.asyncDispose]: async () => undefined,
  };
}
