import { useRef, useState } from 'preact/hooks'

export interface Action<Args extends unknown[]> {
  /** Runs it, unless it runs already. Resolves with whether it went well. */
  run: (...args: Args) => Promise<boolean>
  isBusy: boolean
  /** What the last run threw; undefined once it runs again. */
  problem: unknown
  /** Forgets the problem: what it was about was changed. */
  forget: () => void
}

/** Something that takes a while and may fail, as a form is sent: one at a time, with how it stands. */
export function useAction<Args extends unknown[]>(work: (...args: Args) => Promise<void>): Action<Args> {
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<unknown>()
  const isRunning = useRef(false)

  async function run(...args: Args): Promise<boolean> {
    if (isRunning.current) return false
    isRunning.current = true
    setBusy(true)
    setProblem(undefined)
    try {
      await work(...args)
      return true
    } catch (error) {
      setProblem(error)
      return false
    } finally {
      isRunning.current = false
      setBusy(false)
    }
  }
  return { run, isBusy, problem, forget: () => setProblem(undefined) }
}
