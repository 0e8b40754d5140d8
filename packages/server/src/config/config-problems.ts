import { access, constants, stat } from 'node:fs/promises';
import { readTlsFiles } from '../http/tls.ts';
import { createTokenSigner } from '../sessions/token.ts';
import type { DocumentsLocation, ServerConfig } from './config.ts';
import type { Environment } from './environment.ts';

/** What is wrong with a configuration that can be seen without starting anything, and what to do; nothing: it is good. */
export async function configProblems(config: ServerConfig, env: Environment): Promise<readonly string[]> {
  const { jwtSecretKey: key, strict = false, documents, tls } = config;
  const checks = [
    async () => {
      createTokenSigner({ key, strict, now: Date.now, onWarning: () => undefined });
    },
    () => checkDocuments(documents, env),
    async () => tls && (await readTlsFiles(tls)),
  ];
  const problems = await Promise.all(
    checks.map((check) =>
      check().then(
        () => [],
        (error: unknown) => [error instanceof Error ? error.message : String(error)],
      ),
    ),
  );
  return problems.flat();
}

async function checkDocuments(documents: DocumentsLocation, env: Environment): Promise<void> {
  if (documents.kind === 'filesystem') {
    const found = await stat(documents.folder).catch(() => undefined);
    if (!found?.isDirectory()) {
      throw new Error(
        `--config-local-path ${documents.folder}: there is no such folder. It has the YAML files of users and collections`,
      );
    }
  } else if (documents.kubeconfigFile !== undefined) {
    await access(documents.kubeconfigFile, constants.R_OK).catch(() => {
      throw new Error(`KUBECONFIG ${documents.kubeconfigFile}: there is no such file that can be read`);
    });
  } else if (!env.KUBERNETES_SERVICE_HOST) {
    throw new Error(
      'users and collections come from a Kubernetes API, and this is no pod: set KUBECONFIG, ' +
        'or use files with --provider filesystem --config-local-path FOLDER',
    );
  }
}
