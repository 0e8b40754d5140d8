/** Real data that the demo backs up, damages and restores. */
export interface DataSet extends AsyncDisposable {
  /** Of the ScheduledBackup and the collection. */
  readonly name: string;
  /** For people. */
  readonly title: string;
  readonly filenameTemplate: string;
  /** What a user writes to have it backed up. */
  definitions(repositoryUrl: string): readonly Readonly<Record<string, unknown>>[];
  /** What is there now: a digest of every byte, and how much it is, for people. */
  summarize(): Promise<DataSummary>;
  damage(): Promise<void>;
}

export interface DataSummary {
  readonly digest: string;
  readonly content: string;
}
