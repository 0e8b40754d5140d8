/** What the cluster logs to. Structural, so that pino fits without a wrapper. */
export interface Logger {
  readonly debug: (fields: object, message: string) => void;
  readonly info: (fields: object, message: string) => void;
  readonly warn: (fields: object, message: string) => void;
  readonly error: (fields: object, message: string) => void;
}

export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };
