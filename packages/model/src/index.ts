export { type CronSchedule, parseCron } from './cron.ts';
export { durationPattern, formatDuration, parseDuration } from './duration.ts';
export {
  Failure,
  type FailureCode,
  type FailureDetails,
  type FailureOptions,
  failureCodes,
  isFailure,
} from './failure.ts';
export { Secret } from './secret.ts';
export { formatBytes, parseSize, sizePattern } from './size.ts';
