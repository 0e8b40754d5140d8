export { type Controller, type ControllerOptions, runController, startController } from './controller.ts';
export type { Logger } from './runtime/context.ts';
