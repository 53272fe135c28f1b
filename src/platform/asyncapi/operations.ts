import type { Reference } from '../documents/references.ts'
import { codes } from '../errors.ts'
import type { Code } from '../errors.ts'
import type { Asking, Channel } from './channel.ts'

/** Seen from the server: it receives what clients ask, and sends the rest. */
export interface Operation {
  action: 'send' | 'receive'
  channel: Reference
  title: string
  summary: string
  description?: string
  messages: Reference[]
  reply?: { channel: Reference; messages: Reference[] }
  /** The codes that an `error` may answer it with. */
  'x-codes'?: readonly Code[]
}

/** One operation for each message that is asked, and one for all that is told unasked. */
export function operationsOf(channel: Channel): [string, Operation][] {
  const place = { $ref: `#/channels/${channel.name}` }
  const at = (key: string): Reference => ({ $ref: `${place.$ref}/messages/${channel.name}.${key}` })
  const asked = Object.entries(channel.asks).map(([name, asking]): [string, Operation] => {
    const refusals = [...new Set([...asking.problems, ...channel.problems])]
    const answers = [...(asking.answer === undefined ? [] : [asking.answer]), 'error']
    return [
      `${channel.name}${capitalized(name)}`,
      {
        action: 'receive',
        channel: place,
        title: name,
        summary: asking.payload.description ?? name,
        description: answeredBy(asking, refusals),
        messages: [at(`asks.${name}`)],
        reply: { channel: place, messages: answers.map((answer) => at(`answers.${answer}`)) },
        'x-codes': refusals,
      },
    ]
  })
  const told: Operation = {
    action: 'send',
    channel: place,
    title: 'told',
    summary: 'What the server tells by itself',
    description: 'Nobody asks for it, and nothing answers it.',
    messages: Object.keys(channel.pushes).map(at),
  }
  return [...asked, [`${channel.name}Told`, told]]
}

function answeredBy({ answer }: Asking, refusals: readonly Code[]): string {
  const usually = answer === undefined ? 'Nothing answers it' : `Answered with \`${answer}\``
  const refused = refusals.map((code) => `\`${code}\` (${codes[code].title})`)
  return `${usually}; or refused with \`error\`, whose code may be ${refused.join(', ')}.`
}

function capitalized(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1)
}
