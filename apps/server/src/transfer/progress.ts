/** `check`: the file is read to its end; `import`: rows go in; `verify`: they are read back. */
export type Phase = 'export' | 'check' | 'import' | 'verify';

/** Is told how long work goes on. */
export interface Progress {
  begin(phase: Phase, rows: number): void;
  done(rows: number, table: string): void;
}
