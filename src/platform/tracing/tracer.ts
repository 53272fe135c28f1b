import { because, causeNow } from '../cause.ts'
import { Problem } from '../errors.ts'
import type { Span, SpanOptions, Tracer } from './span.ts'

let tracer: Tracer | undefined

/** Undefined where nothing is traced: to ask is all that tracing costs then. */
export function tracing(): Tracer | undefined {
  return tracer
}

/** To be called before anything is opened: what is opened asks once whether it is traced. */
export function traceBy(next: Tracer | undefined): void {
  tracer = next
}

/** A step on the way of what runs now, or the first of a way of its own. Where nothing is traced it is `work` and nothing else. */
export function traced<T>(name: string, options: Omit<SpanOptions, 'parent'>, work: () => Promise<T>): Promise<T> {
  if (tracer === undefined) return work()
  return inSpan(tracer.start(name, { ...options, parent: causeNow()?.span }), work)
}

/** What `work` does is part of `span`, which ends with it. */
export function inSpan<T>(span: Span, work: () => Promise<T>): Promise<T> {
  return because({ requestId: causeNow()?.requestId, span }, async () => {
    try {
      return await work()
    } catch (error) {
      span.fail(kindOf(error))
      throw error
    } finally {
      span.end()
    }
  })
}

/** What may be told of an error to other systems: what kind it is. */
export function kindOf(error: unknown): string {
  if (error instanceof Problem) return error.code
  if (!(error instanceof Error)) return typeof error
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
