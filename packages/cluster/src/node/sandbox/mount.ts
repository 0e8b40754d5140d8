/** A file or folder of the machine that a container sees. */
export interface Mount {
  /** A path of the machine, without symbolic links. */
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
}
