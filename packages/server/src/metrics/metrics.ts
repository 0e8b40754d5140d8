import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** What the server counts while it runs; per server, so that their sum is that of the installation. */
export interface Metrics {
  readonly registry: Registry;
  readonly requests: Counter<'method' | 'route' | 'status'>;
  readonly requestDuration: Histogram<'method' | 'route'>;
  readonly uploadedBytes: Counter<'collection'>;
  readonly downloadedBytes: Counter<'collection'>;
  readonly uploadDuration: Histogram<'result'>;
  readonly activeUploads: Gauge;
  readonly rotatedVersions: Counter<'collection'>;
  readonly scrubbedVersions: Counter<'result'>;
  readonly scrubbedBytes: Counter;
  readonly removedLeftovers: Counter;
}

export function createMetrics(version: string): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[] = []) =>
    new Counter({ name: `backup_repository_${name}`, help, labelNames, registers });
  const histogram = <Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    buckets: number[],
  ) => new Histogram({ name: `backup_repository_${name}`, help, labelNames, buckets, registers });
  new Gauge({
    name: 'backup_repository_build_info',
    help: 'always 1; the label tells the version',
    labelNames: ['version'],
    registers,
  }).set({ version }, 1);
  return {
    registry,
    requests: counter('http_requests_total', 'answered requests', ['method', 'route', 'status']),
    requestDuration: histogram(
      'http_request_duration_seconds',
      'from the head of a request to the end of its answer',
      ['method', 'route'],
      [0.005, 0.025, 0.1, 0.5, 2.5, 10, 60, 600, 3600],
    ),
    uploadedBytes: counter('uploaded_bytes_total', 'bytes of versions that were stored', ['collection']),
    downloadedBytes: counter('downloaded_bytes_total', 'bytes of versions that were sent', ['collection']),
    uploadDuration: histogram(
      'upload_duration_seconds',
      'uploads in one request, by how they ended',
      ['result'],
      [0.1, 1, 10, 60, 300, 1800, 7200],
    ),
    activeUploads: new Gauge({
      name: 'backup_repository_active_uploads',
      help: 'uploads that are running',
      registers,
    }),
    rotatedVersions: counter('rotated_versions_total', 'versions that were rotated out', ['collection']),
    scrubbedVersions: counter('scrubbed_versions_total', 'versions that were read again', ['result']),
    scrubbedBytes: counter('scrubbed_bytes_total', 'bytes that were read again'),
    removedLeftovers: counter('removed_leftovers_total', 'stored objects that nothing referred to'),
  };
}
