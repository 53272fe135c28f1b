import type { Examples, OperationExample } from '../../src/platform/documents/examples.ts'
import type { Answered } from './asking.ts'
import { isSuccess } from './operations.ts'
import type { Heard } from './speaker.ts'
import { stable } from './stable.ts'

/** Keeps of each operation the exchange that says most, and makes examples of them. */
export class Recorder {
  /** By operation and status. */
  readonly #kept = new Map<string, Map<number, Answered>>()

  keep(answered: Answered): void {
    const { operation, reply } = answered
    if (!isSuccess(reply.status) || reply.status === 304 || isDocument(operation)) return
    const ofOperation = this.#kept.get(operation.id) ?? new Map<number, Answered>()
    const known = ofOperation.get(reply.status)
    if (known === undefined || saysMore(answered, known)) ofOperation.set(reply.status, answered)
    this.#kept.set(operation.id, ofOperation)
  }

  get operations(): Examples['operations'] {
    const sorted = [...this.#kept].toSorted(([one], [other]) => (one < other ? -1 : 1))
    return Object.fromEntries(sorted.map(([id, byStatus]) => [id, stable(exampleOf(byStatus))]))
  }
}

/** The request that says most, its answer, and what else it may be answered with. */
function exampleOf(byStatus: ReadonlyMap<number, Answered>): OperationExample {
  const all = [...byStatus.values()]
  const best = all.reduce((one, other) => (saysMore(other, one) ? other : one))
  const { parts, body } = best.question
  const answers = all.filter(({ reply }) => reply.body !== undefined)
  return {
    ...(Object.keys(parts).length === 0 ? {} : { params: parts }),
    ...(body === undefined || body instanceof FormData ? {} : { body }),
    answers: Object.fromEntries(answers.map(({ reply }) => [reply.status, reply.body])),
  }
}

function saysMore(one: Answered, other: Answered): boolean {
  const [more, less] = [one, other].map(({ question, reply }) => [sizeOf(question.body), sizeOf(reply.body)])
  return more![0]! > less![0]! || (more![0] === less![0] && more![1]! > less![1]!)
}

/** An example of a document within itself would have no end. */
export const isDocument = ({ path }: Pick<Answered['operation'], 'path'>): boolean => /^\/(open|async)api/.test(path)

const sizeOf = (value: unknown): number =>
  value === undefined || value instanceof FormData ? 0 : JSON.stringify(stable(value)).length

/** Of each message the one that says most. */
export function messagesOf(heard: Heard): Examples['messages'] {
  const sorted = [...heard].toSorted(([one], [other]) => (one < other ? -1 : 1))
  return Object.fromEntries(
    sorted.map(([key, payloads]) => [key, stable(payloads.toSorted((one, other) => sizeOf(other) - sizeOf(one))[0])]),
  )
}
