/** A file, folder or link of a package, as nfpm takes it. */
export interface Content {
  readonly dst: string;
  /** A file of this machine; for a link what it leads to. */
  readonly src?: string;
  readonly type?: 'config|noreplace' | 'symlink' | 'dir';
  readonly file_info?: { readonly mode: number };
  /** The only kind of package that has it. */
  readonly packager?: 'deb' | 'rpm';
}

const readable = { mode: 0o644 };

/** A text that is made for the package goes through a file of the staging folder. */
export type Stage = (name: string, content: string | Uint8Array) => Promise<string>;

export const program = (src: string, name: string): Content => ({
  src,
  dst: `/usr/bin/${name}`,
  file_info: { mode: 0o755 },
});

export const file = (src: string, dst: string): Content => ({ src, dst, file_info: readable });

export const symlink = (src: string, dst: string): Content => ({ src, dst, type: 'symlink' });

/** Kept on upgrade where the user changed it. */
export const configuration = (src: string, dst: string): Content => ({
  src,
  dst,
  type: 'config|noreplace',
  file_info: readable,
});
