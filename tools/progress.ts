/** Steps of a preparation on the screen: one line a step, with the time it took; on a terminal a line follows its step. */
export interface Progress {
  /** Runs `work`, showing `title` while it runs. `note` adds what is going on right now. */
  step<T>(title: string, work: (note: (text: string) => void) => Promise<T>): Promise<T>
  say(text: string): void
}

export function screenProgress(out: NodeJS.WriteStream = process.stderr): Progress {
  return {
    say: (text) => void out.write(`${text}\n`),
    async step(title, work) {
      const began = performance.now()
      const line = new StatusLine(out)
      line.show(`… ${title}`)
      try {
        const result = await work((text) => line.show(`… ${title}: ${text}`))
        line.end(`✔ ${title} (${seconds(began)})`)
        return result
      } catch (error) {
        line.end(`✘ ${title}`)
        throw error
      }
    },
  }
}

/** For callers that want no output. */
export const silentProgress: Progress = {
  say: () => undefined,
  step: (_title, work) => work(() => undefined),
}

class StatusLine {
  readonly #out: NodeJS.WriteStream

  constructor(out: NodeJS.WriteStream) {
    this.#out = out
  }

  show(text: string): void {
    if (this.#out.isTTY) this.#out.write(`\r\u001B[2K${text.slice(0, (this.#out.columns || 80) - 1)}`)
  }

  end(text: string): void {
    this.#out.write(this.#out.isTTY ? `\r\u001B[2K${text}\n` : `${text}\n`)
  }
}

function seconds(began: number): string {
  return `${((performance.now() - began) / 1000).toFixed(1)} s`
}
