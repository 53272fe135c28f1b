/**
 * Calls `then` once when the process that started us is gone, even by SIGKILL: below npm nobody else would tell us to end.
 * Outside npm the parent may well leave first, as the shell of a login does after `nohup`.
 */
export function whenParentIsGone(then: () => void, env: NodeJS.ProcessEnv = process.env): void {
  if (env['npm_lifecycle_event'] === undefined) return
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    then()
  }, 500)
  timer.unref()
}
