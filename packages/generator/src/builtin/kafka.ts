import { clientImage } from '../image.ts';
import type { ProcedureTemplate } from '../procedure/procedure-template.ts';
import { plainEnvironment } from './plain-environment.ts';
import { backupScript, pipeline, restoreScript } from './script.ts';

const connection = `-b {{ shellWord .Params.brokers }}
{{- range .Params.properties }} -X {{ shellWord . }}{{ end }}
{{- if .Params.configFile }} -F {{ shellWord .Params.configFile }}{{ end }}`;

/** Without the user's ~/.config/kcat.conf. */
const workFolder = `${plainEnvironment('TAR_OPTIONS', 'GZIP', 'KCAT_CONFIG', 'KAFKACAT_CONFIG')}
work=$(mktemp -d)
trap "rm -rf -- \\"\\$work\\"" EXIT
cd -- "$work"`;

/**
 * A tar archive with one file a topic. kcat tells messages and keys apart by delimiters only: each backup draws
 * its own 32 random characters, which no message has.
 */
const backup = backupScript({
  command: `${pipeline(
    'kafka',
    `
topics=()
while [ "$1" != "" ]; do topics+=("$1"); shift; done
shift${workFolder}
delimiter=$(od -An -N16 -tx1 /dev/urandom | tr -d " \\n")
printf %s "$delimiter" > delimiter
printf "%s\\n" "\${topics[@]}" > topics
for topic in "\${topics[@]}"; do
  kcat "$@" -C -t "$topic" -o beginning -e -q -f "%k:$delimiter:%s;$delimiter;" > "messages-$topic"
done
tar --create --gzip --file=- -- *`,
  )}{{ range .Params.topics }} {{ shellWord . }}{{ end }} "" ${connection}`,
});

const restore = restoreScript({
  command: `${pipeline(
    'kafka',
    `${workFolder}
tar --extract --gzip --file=-
cat > /dev/null
delimiter=$(cat delimiter)
while IFS= read -r topic; do
  if [ -s "messages-$topic" ]; then
    kcat "$@" -P -t "$topic" -K ":$delimiter:" -D ";$delimiter;" < "messages-$topic"
  fi
done < topics`,
  )} ${connection}`,
});

export const kafka: ProcedureTemplate = {
  name: 'kafka',
  kind: 'internal',
  description:
    'keys and values of Kafka topics, through kcat; a restore appends them (not: headers, times, partitions)',
  image: clientImage,
  parameters: [
    { name: 'brokers', type: 'string', default: '127.0.0.1:9092', description: 'addresses, with commas' },
    { name: 'topics', type: 'list', required: true, description: 'names of the topics' },
    { name: 'properties', type: 'list', description: "librdkafka's settings, as `name=value`; no secrets" },
    {
      name: 'configFile',
      type: 'string',
      description: "file with librdkafka's settings, for secrets such as `sasl.password`",
    },
  ],
  backup,
  restore,
};
