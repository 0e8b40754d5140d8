import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { clientRoot, type ImageRoot, programsRoot } from './image-root.ts';

const run = promisify(execFile);

/** The images that pods of scenarios run in, as the variables that name them. */
export interface Images {
  /** With dump programs and the client. */
  readonly E2E_IMAGE: string;
  /** With dump programs alone. */
  readonly E2E_PROGRAMS_IMAGE: string;
}

export interface LoadOptions {
  readonly root: string;
  /** The checkout whose client goes into the image. */
  readonly checkout: string;
  /** Of the cluster, as its administrator. */
  readonly kubeconfig: string;
  /** A program that brings an image onto the cluster's nodes: `COMMAND image NAME FOLDER`. */
  readonly command: string;
  readonly print: (line: string) => void;
}

/**
 * The program that handles the cluster: what E2E_CLUSTER_COMMAND names, or the one of a folder that is shared
 * between checkouts.
 */
export function clusterCommand(
  root: string,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const shared = resolve(root, '../shared/cluster/cluster');
  return env.E2E_CLUSTER_COMMAND || (existsSync(shared) ? shared : undefined);
}

/** Make the images that are not on the cluster's nodes yet, and see a pod run. */
export async function loadImages(options: LoadOptions): Promise<Images> {
  const { root, checkout, print } = options;
  const cache = join(root, '.build/images');
  const programs = await programsRoot({ cache, print });
  const client = await clientRoot({ cache, print, programs, checkout });
  const present = await imagesOf(options);
  const load = async (name: string, { folder, digest }: ImageRoot) => {
    const image = `docker.io/library/backup-maker-${name}:${digest}`;
    if (!present.includes(image)) {
      print(`images: loading ${image}`);
      await run(options.command, ['image', image, folder]);
    }
    return image;
  };
  const images = {
    E2E_IMAGE: await load('e2e', client),
    E2E_PROGRAMS_IMAGE: await load('e2e-programs', programs),
  };
  await aPodRuns(options, images.E2E_IMAGE);
  return images;
}

async function imagesOf({ kubeconfig }: LoadOptions): Promise<readonly string[]> {
  const path = 'jsonpath={.items[*].status.images[*].names[*]}';
  const { stdout } = await run('kubectl', ['--kubeconfig', kubeconfig, 'get', 'nodes', '-o', path]);
  return stdout.split(' ');
}

/** The network of pods, through which they reach this machine, may come into being with the first of them. */
async function aPodRuns({ kubeconfig }: LoadOptions, image: string): Promise<void> {
  const pod = `e2e-first-${process.pid}`;
  const kubectl = (...args: readonly string[]) => run('kubectl', ['--kubeconfig', kubeconfig, ...args]);
  const options = ['--restart=Never', '--image-pull-policy=IfNotPresent'];
  await kubectl('run', pod, `--image=${image}`, ...options, '--', 'backup-maker', '--version');
  try {
    await kubectl('wait', '--for=jsonpath={.status.phase}=Succeeded', `pod/${pod}`, '--timeout=120s');
  } catch (cause) {
    const { stdout } = await kubectl('describe', 'pod', pod);
    throw new Error(`no pod of ${image} ran on the cluster of E2E_KUBECONFIG:\n${stdout}`, { cause });
  } finally {
    await kubectl('delete', 'pod', pod, '--wait=false');
  }
}
