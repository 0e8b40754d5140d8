export {
  Failure,
  type FailureCode,
  type FailureDetails,
  type FailureOptions,
  failureCodes,
  isFailure,
} from './failure.ts';
export { Secret } from './secret.ts';
