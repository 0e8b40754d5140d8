/** The part of a pod that sees a folder of this machine as /data, and may read and write it as root. */
export function aFolderInPods(folder: string): Readonly<Record<string, unknown>> {
  return {
    securityContext: { runAsUser: 0, runAsGroup: 0, runAsNonRoot: false },
    volumes: [{ name: 'data', hostPath: { path: folder, type: 'Directory' } }],
    volumeMounts: [{ name: 'data', mountPath: '/data' }],
  };
}
