declare module 'pgpass' {
  /** Look a password up in PGPASSFILE or ~/.pgpass; undefined where neither has one. */
  export default function pgpass(
    connection: {
      readonly host: string;
      readonly port: number;
      readonly database: string;
      readonly user: string;
    },
    callback: (password: string | undefined) => void,
  ): void;
}
