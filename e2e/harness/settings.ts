/** A Backup Repository that runs already, and reads its users and collections from a namespace of the cluster. */
export interface RunningRepository {
  readonly url: string;
  readonly namespace: string;
}

/** What the variables of docs/testing.md ask for. */
export interface Settings {
  /** Undefined: the embedded cluster. */
  readonly kubeconfig: string | undefined;
  /** Undefined: the scenario starts a server of its own. */
  readonly repository: RunningRepository | undefined;
  /** The controller of the cluster does the work. */
  readonly controllerRuns: boolean;
  /** Where pods find what listens on this machine. */
  readonly hostForPods: string;
  /** The image of the pods; undefined for a node that runs them with the programs of this machine. */
  readonly image: string | undefined;
  /** An image with the dump programs and without the client. */
  readonly programsImage: string | undefined;
}

/** Pods of the embedded cluster are processes of this machine. */
const embedded = { hostForPods: '127.0.0.1', image: undefined, programsImage: undefined };

/** A real node reaches this machine through the bridge of its pods' network. */
function given(env: Environment): Pick<Settings, keyof typeof embedded> {
  return {
    hostForPods: env.E2E_HOST_ADDRESS || '10.244.0.1',
    image: env.E2E_IMAGE || undefined,
    programsImage: env.E2E_PROGRAMS_IMAGE || undefined,
  };
}

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws Error that names the variable which is missing */
export function readSettings(env: Environment): Settings {
  const kubeconfig = env.E2E_KUBECONFIG || undefined;
  const serverRuns = env.SKIP_SERVER_INSTALL === 'true';
  const controllerRuns = env.SKIP_CLIENT_INSTALL === 'true';
  if ((serverRuns || controllerRuns) && kubeconfig === undefined) {
    const variable = serverRuns ? 'SKIP_SERVER_INSTALL' : 'SKIP_CLIENT_INSTALL';
    throw new Error(`${variable}=true needs E2E_KUBECONFIG: the cluster in which that runs`);
  }
  return {
    kubeconfig,
    repository: serverRuns ? runningRepository(env) : undefined,
    controllerRuns,
    ...(kubeconfig === undefined ? embedded : given(env)),
  };
}

/** Whether the cluster is one that somebody gave, whose pods run in images. */
export function isGivenCluster(env: Environment): boolean {
  return readSettings(env).kubeconfig !== undefined;
}

/** Whether server or controller are somebody else's, which no scenario may end, break or set up its own way. */
export function partsAreGiven(env: Environment): boolean {
  const { repository, controllerRuns } = readSettings(env);
  return repository !== undefined || controllerRuns;
}

function runningRepository(env: Environment): RunningRepository {
  const { E2E_REPOSITORY_URL: url, E2E_REPOSITORY_NAMESPACE: namespace = 'backup-repository' } = env;
  if (!url || !URL.canParse(url)) {
    throw new Error(
      'SKIP_SERVER_INSTALL=true needs E2E_REPOSITORY_URL: where the server answers, for pods and for this machine',
    );
  }
  return { url, namespace };
}
