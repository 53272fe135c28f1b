import type { History } from '../history/history.ts'
import { now } from '../history/history.ts'
import type { Operation } from '../history/line.ts'
import { endingOfError, endingWithoutAnswer } from '../load/outcome.ts'
import type { Reply } from '../../test/accounts/client.ts'
import type { RawSocket } from '../../test/support/clients.ts'

/** What a client knows after it asked: the answer, or that it broke off and may have been done, or may still be. */
export type Known<T> = T | 'unknown'
type Frame = RawSocket['frames'][number]
type Call = Pick<Operation, 'client' | 'by' | 'began' | 'ended' | 'outcome' | 'code'>

/** Writes down for the checker what somebody asked and was told. What it need not know of is left out. */
export class Memory {
  readonly #history: History
  readonly #by: string

  constructor(history: History, by: string) {
    this.#history = history
    this.#by = by
  }

  async ofFrame(frame: Readonly<Record<string, unknown>>, asking: () => Promise<Known<Frame>>): Promise<Known<Frame>> {
    const began = now()
    const answer = await asking()
    const isAck = answer !== 'unknown' && answer.type === 'ack'
    this.#history.add({
      ...this.#callOf(
        began,
        isAck,
        answer === 'unknown' ? undefined : { status: Number(answer['status'] ?? 400), body: answer },
      ),
      ...{
        what: 'send',
        room: String(frame['room']),
        kind: frame['type'] === 'delete' ? 'delete' : 'text',
        id: String(frame['id']),
      },
      body: String(frame['body'] ?? ''),
      ...(frame['target'] === undefined ? {} : { target: String(frame['target']) }),
      ...(isAck
        ? { epoch: Number(answer['epoch']), seq: Number(answer['seq']), isDuplicate: answer['duplicate'] === true }
        : {}),
    })
    return answer
  }

  async ofRequest(
    request: { line: string; key: string; text: string },
    asking: () => Promise<Known<Reply>>,
  ): Promise<Known<Reply>> {
    const began = now()
    const answer = await asking()
    const isOk = answer !== 'unknown' && answer.status < 300
    const call = this.#callOf(began, isOk, answer === 'unknown' ? undefined : answer)
    const told = isOk ? answer.body : {}
    const id = told['id'] === undefined ? {} : { id: String(told['id']) }
    const [, closed] = /^POST .v1.rooms.(\d+).close$/.exec(request.line) ?? []
    const [, entered] = /^PUT .v1.rooms.(\d+).members.me$/.exec(request.line) ?? []
    if (closed !== undefined) {
      const place = isOk ? { epoch: Number(told['epoch']), lastSeq: Number(told['lastSeq']) } : {}
      this.#history.add({ ...call, what: 'close', room: closed, ...place })
    }
    if (entered !== undefined) this.#history.add({ ...call, what: 'join', room: entered, member: this.#by })
    if (request.line === 'POST /v1/posts')
      this.#history.add({ ...call, ...id, what: 'post', key: request.key, text: request.text })
    return answer
  }

  #callOf(
    began: number,
    isOk: boolean,
    answer: { status: number; body: Readonly<Record<string, unknown>> } | undefined,
  ): Call {
    const call = { client: this.#by, by: this.#by, began, ended: now() }
    if (isOk) return { ...call, outcome: 'ok' }
    const code = String(answer?.body['code'])
    return {
      ...call,
      ...(answer === undefined ? endingWithoutAnswer('lost') : endingOfError(answer.status, code, undefined)),
    }
  }
}
