import { readFileSync, statSync } from 'node:fs'

/** The end of a log, for a person who has to find out why something did not start; without what older runs wrote before byte `from`. */
export function lastLines(file: string, from = 0): string {
  try {
    return readFileSync(file).subarray(from).toString().trimEnd().split('\n').slice(-30).join('\n')
  } catch {
    return '(no log)'
  }
}

export function logSize(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}
