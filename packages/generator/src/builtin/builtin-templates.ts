import type { ProcedureTemplate } from '../procedure/procedure-template.ts';
import { etcd } from './etcd.ts';
import { kafka } from './kafka.ts';
import { mongodb } from './mongodb.ts';
import { mariadb, mysqlDump } from './mysql.ts';
import { openldap } from './openldap.ts';
import { postgresTemplates } from './postgres.ts';
import { redis } from './redis.ts';
import { sevenZip } from './seven-zip.ts';
import { sqlite } from './sqlite.ts';
import { files, tar } from './tar.ts';
import { wordpress } from './wordpress.ts';

export const builtinTemplates: readonly ProcedureTemplate[] = [
  ...postgresTemplates,
  mysqlDump,
  mariadb,
  wordpress,
  tar,
  files,
  sevenZip,
  sqlite,
  redis,
  etcd,
  mongodb,
  openldap,
  kafka,
];

/** undefined when there is no built-in template of this name. */
export function findBuiltinTemplate(name: string): ProcedureTemplate | undefined {
  return builtinTemplates.find((template) => template.name === name);
}
