export { type Etcd, type EtcdOptions, startEtcd } from './etcd.ts';
export { freePort } from './free-port.ts';
export { createGnupg, type Gnupg } from './gnupg.ts';
export { type MariaDb, startMariaDb } from './mariadb.ts';
export { type OpenLdap, startOpenLdap } from './openldap.ts';
export { type Postgres, startPostgres } from './postgres.ts';
export { findProgram, hasPrograms } from './program.ts';
export { type Redis, startRedis } from './redis.ts';
export { runProgram } from './run-program.ts';
