import type { Examples, OperationExample } from '../../src/platform/documents/examples.ts'
import type { Answered } from './asking.ts'
import { isSuccess } from './operations.ts'
import type { Heard } from './speaker.ts'
import { stable } from './stable.ts'

/** Keeps of each operation the exchange that says most, and makes examples of them. */
export class Recorder {
  readonly #kept = new Map<string, OperationExample>()

  /** Of what was asked the request with the largest body counts, and its answer; of other statuses the first answer. */
  keep({ operation, question, reply }: Answered): void {
    if (isDocument(operation)) return
    if (!isSuccess(reply.status) || reply.body === undefined) return this.#keepRequest({ operation, question, reply })
    const known = this.#kept.get(operation.id)
    const status = String(reply.status)
    const isFuller = known === undefined || sizeOf(question.body) > sizeOf(known.body)
    const isRicher = sizeOf(reply.body) > sizeOf(known?.answers[status])
    const answers = { ...known?.answers, ...(isFuller || isRicher ? { [status]: reply.body } : {}) }
    this.#kept.set(operation.id, { ...(isFuller ? requestOf({ operation, question, reply }) : known), answers })
  }

  get operations(): Examples['operations'] {
    const sorted = [...this.#kept].toSorted(([one], [other]) => (one < other ? -1 : 1))
    return Object.fromEntries(sorted.map(([id, example]) => [id, stable(example)]))
  }

  /** Answers without a body have a request all the same. */
  #keepRequest(answered: Answered): void {
    if (!isSuccess(answered.reply.status)) return
    const known = this.#kept.get(answered.operation.id)
    if (known !== undefined && sizeOf(answered.question.body) <= sizeOf(known.body)) return
    this.#kept.set(answered.operation.id, { ...requestOf(answered), answers: known?.answers ?? {} })
  }
}

/** An example of a document within itself would have no end. */
export const isDocument = ({ path }: Pick<Answered['operation'], 'path'>): boolean => /^\/(open|async)api/.test(path)

function requestOf({ question: { parts, body } }: Answered): Omit<OperationExample, 'answers'> {
  return {
    ...(Object.keys(parts).length === 0 ? {} : { params: parts }),
    ...(body === undefined || body instanceof FormData ? {} : { body }),
  }
}

const sizeOf = (value: unknown): number => (value === undefined ? 0 : JSON.stringify(value).length)

/** Of each message the one that says most. */
export function messagesOf(heard: Heard): Examples['messages'] {
  const sorted = [...heard].toSorted(([one], [other]) => (one < other ? -1 : 1))
  return Object.fromEntries(
    sorted.map(([key, payloads]) => [key, stable(payloads.toSorted((one, other) => sizeOf(other) - sizeOf(one))[0])]),
  )
}
