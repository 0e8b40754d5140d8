import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findProgram, freePort, hasPrograms } from '@backup-maker/testing';
import { expect, it } from 'vitest';
import { openPgpMessage } from './message.ts';
import { pipedUpload, takeBack, versionsPath } from './piping-client.ts';
import { startProgram } from './program-process.ts';
import { rawRequest } from './raw-http.ts';
import { collectionDocument } from './sample-documents.ts';
import { startTestServer } from './server-fixture.ts';

const settleMs = 600;
const message = openPgpMessage({ bodyBytes: 300_000 });

interface Ports {
  readonly proxy: number;
  readonly server: string;
}

const nginx =
  (settings: string) =>
  (folder: string, { proxy, server }: Ports) =>
    `
  daemon off;
  ${process.getuid?.() === 0 ? 'user root;' : ''}
  worker_processes 1;
  pid ${folder}/pid;
  error_log stderr;
  events {}
  http {
    access_log off;
    client_body_temp_path ${folder}/body;
    proxy_temp_path ${folder}/proxy;
    fastcgi_temp_path ${folder}/fastcgi;
    uwsgi_temp_path ${folder}/uwsgi;
    scgi_temp_path ${folder}/scgi;
    client_max_body_size 0;
    server {
      listen 127.0.0.1:${proxy};
      location / { proxy_pass http://127.0.0.1:${server}; ${settings} }
    }
  }`;

const haproxy = (_folder: string, { proxy, server }: Ports) => `
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  option abortonclose
listen proxy
  bind 127.0.0.1:${proxy}
  server repository 127.0.0.1:${server}
`;

const run = {
  nginx: (file: string) => ['-c', file],
  haproxy: (file: string) => ['-db', '-f', file],
} as const;

it.skipIf(!hasPrograms('nginx', 'haproxy')).each([
  ['nginx, which reads the whole body first', 'nginx', nginx('')],
  [
    'nginx in HTTP/1.1 with the headers of an Ingress',
    'nginx',
    nginx('proxy_http_version 1.1; proxy_set_header X-Real-IP $remote_addr;'),
  ],
  [
    'nginx that passes the body on at once',
    'nginx',
    nginx('proxy_http_version 1.1; proxy_request_buffering off;'),
  ],
  ['HAProxy', 'haproxy', haproxy],
] as const)(
  'a failed dump is taken back, and a good one stored, through %s',
  async (_, program, configure) => {
    await using server = await startTestServer({ uploadSettleMs: settleMs });
    const proxy = await freePort();
    const file = join(server.folder, 'proxy.conf');
    await writeFile(file, configure(server.folder, { proxy, server: new URL(server.url).port }));
    await using _process = await startProgram(findProgram(program) ?? program, run[program](file), proxy);
    const token = await server.login('admin');
    const names = ['a', 'b', 'c', 'd', 'e', 'good'];
    for (const name of names) {
      server.documents.put('collection', name, collectionDocument(name));
    }
    const url = `http://127.0.0.1:${proxy}`;
    const requestOf = (collection: string) => pipedUpload({ collection, token, body: message });
    await Promise.all(
      names
        .slice(0, -1)
        .map((name, at) => takeBack(url, requestOf(name), 20 + at * 100, (socket) => socket.destroy())),
    );
    expect((await rawRequest(url, requestOf('good'))).status).toBe(200);
    await delay(settleMs * 1.5);
    const counts = await Promise.all(
      names.map(async (name) => (await server.call('GET', versionsPath(name))).json.data.versions.length),
    );
    expect(counts).toEqual([0, 0, 0, 0, 0, 1]);
  },
);
