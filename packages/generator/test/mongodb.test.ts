import { readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { awkwardTexts, Stage, succeeded } from './stage.ts';

/** Debian has no MongoDB: these stand-ins show what the real programs would be given. */
const standIn = `#!/usr/bin/env bash
set -eu
printf '%s\\n' "$@" > "$STAND_IN_STORE/given"
for word in "$@"; do
  case $word in --config=*) cat "\${word#--config=}" > "$STAND_IN_STORE/config" ;; esac
done
case $0 in *mongodump) printf data ;; *) cat > "$STAND_IN_STORE/restored" ;; esac
`;

describe('mongodb', () => {
  let stage: Stage;
  const read = (name: string) => readFile(stage.at(`store/${name}`), 'utf8');

  beforeEach(async () => {
    stage = await Stage.create({ template: 'mongodb', programs: [] });
    for (const program of ['mongodump', 'mongorestore']) {
      await writeFile(stage.at(`bin/${program}`), standIn, { mode: 0o755 });
    }
  });
  afterEach(() => stage[Symbol.asyncDispose]());

  it.each(awkwardTexts)('hands over names and passwords with %s', async (_what, text) => {
    const params = { user: text, password: text, db: text };
    expect(await stage.backup({ params })).toEqual(succeeded);
    expect(parse(await read('config'))).toEqual({ password: text });
    expect(await read('given')).toContain(`--username=${text}\n`);
    expect(await stage.restore({ params })).toEqual(succeeded);
    expect(await read('given')).toContain(`--nsInclude=${text}.*\n`);
    expect(await read('restored')).toBe('data');
  });

  it('keeps the password out of every argument', async () => {
    await stage.backup({ params: { user: 'me', password: 's3cr3t' } });
    expect(await read('given')).not.toContain('s3cr3t');
  });

  it('asks for nothing that it was not told', async () => {
    await stage.backup({ params: {} });
    expect(await read('given')).toBe('--host=127.0.0.1\n--port=27017\n--archive\n--gzip\n--quiet\n');
  });
});
