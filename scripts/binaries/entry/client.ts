import { basename } from 'node:path';
import { runClient } from './run-client.ts';

runClient(basename(process.argv0));
