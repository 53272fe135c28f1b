import { readFileSync } from 'node:fs'

/** The end of a log, for a person who has to find out why something did not start. */
export function lastLines(file: string, count = 15): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count).join('\n')
  } catch {
    return '(no log)'
  }
}
