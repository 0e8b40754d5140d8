export { type Controller, type ControllerOptions, runController, startController } from './controller.ts';
export { type Endpoint, serveMetrics } from './endpoints.ts';
export type { Logger } from './runtime/context.ts';
