import { clientImage } from '../image.ts';
import { interpreterOf } from '../procedure/interpreter.ts';
import { keyNames, layout, scriptName } from './layout.ts';
import type { ManifestOptions } from './manifest-options.ts';
import { mergeNamed } from './merge-pod-templates.ts';
import type { Container, EnvironmentVariable, PodSpec, Resources, Volume, VolumeMount } from './objects.ts';
import type { PodTemplate } from './pod-template.ts';
import { type SecurityContexts, securityContexts } from './security-context.ts';

/** Everything streams, so memory does not grow with the backup; the limit is for dump programs that buffer. */
const defaultResources: Resources = {
  requests: { cpu: '50m', memory: '128Mi' },
  limits: { memory: '1Gi' },
};

/** Group-readable: the pod's fsGroup owns the files, and nobody else may read them. */
const secretMode = 0o440;
const scriptMode = 0o555;

export interface PodSpecOptions extends ManifestOptions {
  /** The template's, HelmValues' and the user's settings, merged. */
  readonly pod: PodTemplate;
  /** Passed as RESTORE_VERSION. */
  readonly restoreVersion?: string | undefined;
}

export function podSpec(options: PodSpecOptions): PodSpec {
  const { pod } = options;
  const contexts = securityContexts(pod.securityContext);
  return {
    restartPolicy: 'Never',
    // The script needs no access to the Kubernetes API; a service account of the user's may.
    automountServiceAccountToken: pod.serviceAccountName !== undefined,
    ...(pod.serviceAccountName === undefined ? {} : { serviceAccountName: pod.serviceAccountName }),
    ...(pod.imagePullSecrets === undefined ? {} : { imagePullSecrets: pod.imagePullSecrets }),
    ...(pod.nodeSelector === undefined ? {} : { nodeSelector: pod.nodeSelector }),
    ...(pod.tolerations === undefined ? {} : { tolerations: pod.tolerations }),
    ...(pod.affinity === undefined ? {} : { affinity: pod.affinity }),
    securityContext: contexts.pod,
    ...(injects(options) ? { initContainers: [injectContainer(options, contexts)] } : {}),
    containers: [mainContainer(options, contexts)],
    volumes: mergeNamed(ownVolumes(options), pod.volumes, ({ name }) => name) ?? [],
  };
}

export function objectName({ name, procedure }: ManifestOptions): string {
  return `${name}-${procedure.operation}`;
}

/**
 * The Secret of what the pod reads as files. Apart from the variables, because the whole Secret of those is the
 * environment of the script, where a key has no place.
 */
export function filesSecretName(options: ManifestOptions): string {
  return `${objectName(options)}-files`;
}

/** The user's wish, or what the template's image needs; an image of the user's has the client, if not told otherwise. */
function injects({ pod, procedure }: PodSpecOptions): boolean {
  return pod.inject ?? (pod.image === undefined && procedure.inject);
}

function mainContainer(options: PodSpecOptions, contexts: SecurityContexts): Container {
  const { pod, procedure } = options;
  const interpreter = interpreterOf(procedure.script);
  const script = `${layout.scriptFolder}/${scriptName(procedure.operation)}`;
  return {
    name: 'backup-maker',
    image: pod.image ?? procedure.image ?? clientImage,
    command: injects(options) ? withInjectedPrograms(interpreter, script) : [...interpreter, script],
    terminationMessagePolicy: 'FallbackToLogsOnError',
    // All of it, so that the script gets what is added to the Secret later as well.
    envFrom: [{ secretRef: { name: objectName(options) } }],
    env: mergeNamed(ownEnvironment(options), pod.env, ({ name }) => name) ?? [],
    resources: pod.resources ?? defaultResources,
    securityContext: contexts.container,
    volumeMounts: mergeNamed(ownMounts(options), pod.volumeMounts, ({ mountPath }) => mountPath) ?? [],
  };
}

/**
 * Injected programs go before the image's own PATH, which only a process inside can know. An image for scripts in bash
 * may have no other shell.
 */
function withInjectedPrograms(interpreter: readonly string[], script: string): readonly string[] {
  const shell = interpreter[0] === 'bash' ? 'bash' : 'sh';
  return [shell, '-c', `PATH=${layout.injectedFolder}:$PATH exec "$@"`, shell, ...interpreter, script];
}

/** Copies the single-file programs of the client's image into the volume that the main container has on its PATH. */
function injectContainer(options: PodSpecOptions, contexts: SecurityContexts): Container {
  return {
    name: 'inject',
    image: options.injectImage ?? clientImage,
    // pgbr is a link to backup-maker: as a link it takes no second 100 MB of the node's disk. Forced, for a second try.
    command: ['cp', '-Pf', '/usr/local/bin/backup-maker', '/usr/local/bin/pgbr', layout.injectedFolder],
    resources: defaultResources,
    securityContext: contexts.container,
    volumeMounts: [{ name: 'injected', mountPath: layout.injectedFolder }],
  };
}

function ownEnvironment(options: PodSpecOptions): readonly EnvironmentVariable[] {
  const { keys, restoreVersion } = options;
  const additional = keyNames(keys.publicKeys?.length ?? 0).slice(1);
  const fromOthers = Object.entries(options.environmentFromSecrets ?? {}).map(
    ([name, { secretName, key }]) => ({
      name,
      valueFrom: { secretKeyRef: { name: secretName, key } },
    }),
  );
  return [
    { name: 'HOME', value: layout.temporaryFolder },
    // The client says here which version it made; whoever watches the pod reads it from its status.
    { name: 'BM_RESULT_FILE', value: layout.terminationLog },
    ...fromOthers,
    ...(additional.length === 0
      ? []
      : [
          {
            name: 'BM_ADDITIONAL_KEY_PATHS',
            value: additional.map((name) => `${layout.secretsFolder}/${name}`).join(':'),
          },
        ]),
    ...(restoreVersion === undefined ? [] : [{ name: 'RESTORE_VERSION', value: restoreVersion }]),
  ];
}

function ownMounts(options: PodSpecOptions): readonly VolumeMount[] {
  return [
    { name: 'script', mountPath: layout.scriptFolder, readOnly: true },
    { name: 'keys', mountPath: layout.secretsFolder, readOnly: true },
    { name: 'temporary', mountPath: layout.temporaryFolder },
    ...(injects(options) ? [{ name: 'injected', mountPath: layout.injectedFolder, readOnly: true }] : []),
  ];
}

function ownVolumes(options: PodSpecOptions): readonly Volume[] {
  return [
    scriptVolume(options),
    keyVolume(options),
    { name: 'temporary', emptyDir: {} },
    ...(injects(options) ? [{ name: 'injected', emptyDir: {} }] : []),
  ];
}

function scriptVolume(options: PodSpecOptions): Volume {
  const { procedure } = options;
  const key = scriptName(procedure.operation);
  const items = [{ key, path: key }];
  return procedure.containsSecret
    ? { name: 'script', secret: { secretName: filesSecretName(options), items, defaultMode: secretMode } }
    : { name: 'script', configMap: { name: objectName(options), items, defaultMode: scriptMode } };
}

function keyVolume(options: PodSpecOptions): Volume {
  const { keys } = options;
  if (keys.existing !== undefined) {
    const items = [{ key: keys.existing.key, path: 'gpg-key' }];
    return { name: 'keys', secret: { secretName: keys.existing.secretName, items, defaultMode: secretMode } };
  }
  const names = keyNames(keys.privateKey === undefined ? (keys.publicKeys?.length ?? 0) : 1);
  if (names.length === 0) {
    return { name: 'keys', emptyDir: {} };
  }
  const items = names.map((name) => ({ key: name, path: name }));
  return { name: 'keys', secret: { secretName: filesSecretName(options), items, defaultMode: secretMode } };
}
