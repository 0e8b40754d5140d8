/** The rights of a container's processes, as its security context says. */
export interface Rights {
  readonly user: number | undefined;
  readonly group: number | undefined;
  readonly groups: readonly number[];
  readonly privileged: boolean;
  readonly allowPrivilegeEscalation: boolean;
  readonly addCapabilities: readonly string[];
  readonly dropCapabilities: readonly string[];
  readonly readOnlyRoot: boolean;
}

/** What containers get where nothing is said: the list that containerd and Docker use, without mknod. */
const defaultCapabilities = [
  'chown',
  'dac_override',
  'fowner',
  'fsetid',
  'kill',
  'setgid',
  'setuid',
  'setpcap',
  'net_bind_service',
  'net_raw',
  'sys_chroot',
  'audit_write',
  'setfcap',
];

/** Arguments of setpriv (util-linux) that leave a process these rights and no others. */
export function setprivArguments(rights: Rights): readonly string[] {
  const identity = [
    ...(rights.user === undefined ? [] : ['--reuid', String(rights.user)]),
    ...(rights.group === undefined && rights.user === undefined
      ? []
      : ['--regid', String(rights.group ?? 0)]),
    ...(rights.groups.length > 0
      ? ['--groups', rights.groups.join(',')]
      : rights.user === undefined
        ? []
        : ['--clear-groups']),
  ];
  return [
    ...identity,
    ...(rights.privileged
      ? []
      : ['--inh-caps=-all', '--ambient-caps=-all', `--bounding-set=${boundingSet(rights)}`]),
    ...(rights.allowPrivilegeEscalation ? [] : ['--no-new-privs']),
    // Given again here, because a change of user takes it away.
    '--pdeathsig',
    'KILL',
  ];
}

function boundingSet({ addCapabilities, dropCapabilities }: Rights): string {
  const dropped = new Set(dropCapabilities.map(plainName));
  const added = addCapabilities.map(plainName);
  const kept = dropped.has('all') ? [] : defaultCapabilities.filter((name) => !dropped.has(name));
  return added.includes('all')
    ? '+all'
    : ['-all', ...[...new Set([...kept, ...added])].map((name) => `+${name}`)].join(',');
}

/** `CAP_NET_RAW`, `NET_RAW` and `net_raw` are one; anything that is no name is refused before it reaches a command. */
function plainName(name: string): string {
  const plain = name.toLowerCase().replace(/^cap_/, '');
  if (!/^[a-z_]+$/.test(plain)) {
    throw new RangeError(`${JSON.stringify(name)} is no capability`);
  }
  return plain;
}
