import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runProgram } from '@backup-maker/testing';
import { parseAllDocuments } from 'yaml';
import type { ConfigMapManifest, CronJobManifest, JobManifest, SecretManifest } from '../src/index.ts';

type PodSpec = JobManifest['spec']['template']['spec'];
type Container = PodSpec['containers'][number];

export interface RunPodOptions {
  /** Secrets, ConfigMap and CronJob or Job, as they were generated. */
  readonly manifests: string;
  /** Stands for the root folder of the containers, which have nothing of this machine but programs on their PATH. */
  readonly root: string;
  /** The PATH of the main container's image. */
  readonly path: string;
}

/**
 * Does what a node does with the pod of a backup or restore, without an image: makes the volumes, runs the init
 * containers and then the container by their own commands. Paths in a container become paths below `root`.
 */
export async function runPod({ manifests, root, path }: RunPodOptions): Promise<void> {
  const [variables, files, configMap, job] = parseAllDocuments(manifests).map((document) =>
    document.toJS(),
  ) as [SecretManifest, SecretManifest, ConfigMapManifest, CronJobManifest | JobManifest];
  const { spec } = job.kind === 'CronJob' ? job.spec.jobTemplate.spec.template : job.spec.template;
  const containers = [...(spec.initContainers ?? []), ...spec.containers];
  const mountPaths = containers.flatMap(({ volumeMounts }) => volumeMounts.map(({ mountPath }) => mountPath));
  const places = new RegExp(
    [...new Set([...mountPaths, '/usr/local/bin', '/dev/termination-log'])].join('|'),
    'g',
  );
  const inRoot = (text: string) => text.replaceAll(places, (place) => join(root, place));

  const decoded = ({ data }: SecretManifest) =>
    Object.fromEntries(
      Object.entries(data).map(([key, text]) => [key, Buffer.from(text, 'base64').toString()]),
    );
  const texts = { ...decoded(files), ...configMap.data };
  for (const mountPath of [...mountPaths, '/dev']) await mkdir(join(root, mountPath), { recursive: true });
  for (const [file, text] of mountedFiles(spec, texts)) {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), inRoot(text));
  }
  for (const container of containers) {
    const isMain = spec.containers.includes(container);
    const [program = '', ...args] = container.command.map(inRoot);
    const env = {
      ...environmentOf(container, decoded(variables), inRoot),
      ...(isMain ? { PATH: path } : {}),
    };
    await runProgram(program, args, { env });
  }
}

/** The files that Secret and ConfigMap become in the main container. */
function mountedFiles(
  spec: PodSpec,
  texts: Readonly<Record<string, string>>,
): readonly (readonly [string, string])[] {
  const mounts = new Map(spec.containers[0]?.volumeMounts.map(({ name, mountPath }) => [name, mountPath]));
  return spec.volumes.flatMap(({ name, ...source }) => {
    const { items = [] } = (source.secret ?? source.configMap ?? {}) as {
      items?: { key: string; path: string }[];
    };
    return items.map(({ key, path }) => [`${mounts.get(name)}/${path}`, texts[key] ?? ''] as const);
  });
}

function environmentOf(
  { env = [], envFrom = [] }: Container,
  variables: Readonly<Record<string, string>>,
  inRoot: (text: string) => string,
): NodeJS.ProcessEnv {
  return {
    ...(envFrom.length === 0 ? {} : variables),
    ...Object.fromEntries(
      env.map((variable) => {
        if ('value' in variable) return [variable.name, inRoot(variable.value)];
        throw new Error(`${variable.name} has no plain value`);
      }),
    ),
  };
}
