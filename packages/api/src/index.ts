export {
  type ApiClient,
  type ApiClientOptions,
  ask,
  type CallOptions,
  createApiClient,
  urlOf,
} from './client.ts';
export { connectionFailure, redirectFailure } from './connection.ts';
export { ErrorBody, failureOfAnswer, isForeignAnswer, Success, UnauthenticatedBody } from './envelope.ts';
export { type ExitCode, errorTable, exitCodeOf, exitCodes, failureCodeOfStatus } from './errors.ts';
export { messages, uploadMessages } from './messages.ts';
export { pathOf, type Route, type RouteName, routes } from './routes.ts';
export {
  Collection,
  GrantedAccess,
  HealthCheck,
  HealthReply,
  LoginReply,
  LoginRequest,
  OperationsScope,
  Version,
  WhoamiReply,
} from './schemas.ts';
