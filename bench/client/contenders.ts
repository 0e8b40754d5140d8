/** One way to bring a stream into safety, or back; shell text, run in a folder of its own. */
export interface Contender {
  readonly name: string;
  /** Programs beside bash that must be there. */
  readonly programs: readonly string[];
  /** Once, before the measurement. */
  readonly prepare?: string;
  readonly command: string;
  /** Our server takes part: its CPU time counts too. */
  readonly usesRepository: boolean;
}

const make = '"$BACKUP_MAKER" make --no-progress --log-level warn -k ours.pub.asc';
const restore = '"$BACKUP_MAKER" restore --log-level warn -p ours.key.asc -c "cat > /dev/null"';
const upload =
  'curl -sSf -H "Authorization: Bearer $BM_AUTH_TOKEN" -H "Content-Type: application/octet-stream"';
const versions = '$BM_URL/api/stable/repository/collection/bench/version';

/** In the order of the report, which is that of the runs. `$SOURCE` is shell text that prints what is to be stored. */
export const contenders: readonly Contender[] = [
  {
    name: 'backup-maker make (CFB, the default)',
    programs: [],
    command: `${make} -c "$SOURCE"`,
    usesRepository: true,
  },
  {
    name: 'backup-maker restore (of that version)',
    programs: [],
    command: restore,
    usesRepository: true,
  },
  {
    name: 'backup-maker make --cipher gcm',
    programs: [],
    command: `${make} --cipher gcm -c "$SOURCE"`,
    usesRepository: true,
  },
  {
    name: 'backup-maker restore (of that version)',
    programs: [],
    command: restore,
    usesRepository: true,
  },
  {
    name: 'gpg --encrypt --armor piped to curl, same server',
    programs: ['gpg', 'curl'],
    prepare: 'gpg --batch --import ours.pub.asc',
    command: `bash -c "$SOURCE" | gpg --batch --trust-model always --encrypt --armor -r ours@example.org | ${upload} -X POST -T - "${versions}"`,
    usesRepository: true,
  },
  {
    name: 'restic backup --stdin, local repository',
    programs: ['restic'],
    prepare: 'restic -q -r restic init',
    command: 'bash -c "$SOURCE" | restic -q -r restic backup --stdin',
    usesRepository: false,
  },
  {
    name: 'restic backup --stdin to rclone serve restic',
    programs: ['restic', 'rclone'],
    prepare:
      '(rclone serve restic --addr 127.0.0.1:18765 served >/dev/null 2>&1 & echo $! > rclone.pid); sleep 1; restic -q -r rest:http://127.0.0.1:18765/ init',
    command: 'bash -c "$SOURCE" | restic -q -r rest:http://127.0.0.1:18765/ backup --stdin',
    usesRepository: false,
  },
  {
    name: 'borg create from stdin, local repository',
    programs: ['borg'],
    prepare: 'borg init --encryption=repokey borg',
    command: 'bash -c "$SOURCE" | borg create --compression none borg::a -',
    usesRepository: false,
  },
  {
    name: 'age to a file, synced (floor)',
    programs: ['age', 'age-keygen'],
    prepare: 'age-keygen -o age.key 2>/dev/null',
    command:
      'bash -c "$SOURCE" | age -r "$(age-keygen -y age.key)" | dd of=out bs=1M iflag=fullblock conv=fsync status=none',
    usesRepository: false,
  },
  {
    name: 'cat to a file, synced (floor)',
    programs: [],
    command: 'bash -c "$SOURCE" | dd of=out bs=1M iflag=fullblock conv=fsync status=none',
    usesRepository: false,
  },
  {
    name: 'bare Node PUT + SHA-256 + sync (ceiling)',
    programs: [],
    command: '"$NODE" "$BARE_PUT" "$SOURCE" out',
    usesRepository: false,
  },
  {
    name: 'restic dump, local repository',
    programs: ['restic'],
    command: 'restic -q -r restic dump latest stdin > /dev/null',
    usesRepository: false,
  },
];
