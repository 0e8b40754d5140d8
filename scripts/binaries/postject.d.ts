declare module 'postject' {
  /** Write `data` into an executable as a resource that the program finds by name. */
  export function inject(
    file: string,
    resource: string,
    data: Uint8Array,
    options: { readonly sentinelFuse: string },
  ): Promise<void>;
}
