/** Hears what is done next, of how many, and how many more are done. */
export interface Progress {
  begin(what: string, total: number, done: number): void
  done(count: number): void
}
