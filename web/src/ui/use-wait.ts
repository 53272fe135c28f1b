import { useEffect, useState } from 'preact/hooks'
import { ApiProblem } from '../api/problem.ts'

/** Seconds that are left of the wait that a refusal asks for, counted down; 0 when one may try (again). */
export function useWait(problem: unknown): number {
  const [left, setLeft] = useState(0)
  useEffect(() => {
    const seconds = problem instanceof ApiProblem && problem.code === 'rate_limited' ? (problem.retryAfter ?? 0) : 0
    const until = Date.now() + seconds * 1000
    const count = (): void => setLeft(Math.max(0, Math.ceil((until - Date.now()) / 1000)))
    count()
    if (seconds === 0) return
    const timer = setInterval(count, 1000)
    return () => clearInterval(timer)
  }, [problem])
  return left
}
