export { type BackupContext, backup } from './backup.ts';
export { type Config, type Connection, type Container, loadConfig } from './config.ts';
export { type RestoreContext, restore } from './restore.ts';
