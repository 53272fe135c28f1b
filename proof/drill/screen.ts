import type { Progress } from './run.ts'

/** One line that follows a run, on a terminal; elsewhere a line every few seconds. */
export interface Screen {
  say(text: string): void
  show(progress: Progress): void
}

const lineEveryMs = 5000

export function screenOf(out: NodeJS.WriteStream): Screen {
  let shownAt = 0
  return {
    say: (text) => void out.write(`${out.isTTY ? '\r\u001B[2K' : ''}${text}\n`),
    show(progress) {
      const text = sayProgress(progress)
      if (out.isTTY) return void out.write(`\r\u001B[2K${text.slice(0, (out.columns || 80) - 1)}`)
      if (performance.now() - shownAt < lineEveryMs) return
      shownAt = performance.now()
      out.write(`${text}\n`)
    },
  }
}

function sayProgress({ seconds, phase, faults, counts }: Progress): string {
  const { sent, acked, unknown, connected } = counts
  const numbers = `${sent} sent, ${acked} acked, ${unknown} unknown, ${connected} connected`
  return `${seconds.toFixed(0).padStart(4)} s  ${phase}: ${numbers}${faults.length > 0 ? `  [${faults.join(', ')}]` : ''}`
}
