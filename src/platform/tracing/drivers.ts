import { tracingChannel } from 'node:diagnostics_channel'
import { causeNow } from '../cause.ts'
import { scriptName } from '../script.ts'
import type { Facts, Span, Tracer } from './span.ts'
import { kindOf } from './tracer.ts'

/**
 * Spans of what MySQL and Redis are asked. Their drivers publish each statement and command on channels of Node, if anybody
 * listens; nothing of them is replaced. What belongs to nothing that is traced, such as the work of timers, makes no spans.
 */
export function traceDrivers(tracer: Tracer): () => void {
  const leave = [
    watch('mysql2:query', tracer, ({ query }) => statementOf(query)),
    watch('ioredis:command', tracer, ({ command, args }) => commandOf(command, args)),
  ]
  return () => leave.forEach((end) => end())
}

interface Asked {
  name: string
  facts: Facts
}

type Published = Readonly<Record<string, unknown>>

function watch(channel: string, tracer: Tracer, describe: (published: Published) => Asked): () => void {
  const spans = new WeakMap<object, Span>()
  const end = (published: object): void => {
    spans.get(published)?.end()
    spans.delete(published)
  }
  const subscribers = {
    start(published: object) {
      const parent = causeNow()?.span
      if (parent === undefined) return
      const { name, facts } = describe(published as Published)
      spans.set(published, tracer.start(name, { kind: 'client', parent, facts }))
    },
    asyncEnd: end,
    error(published: object) {
      const { error } = published as Published
      spans.get(published)?.fail(kindOf(error))
      end(published)
    },
    // Both are told of each, too; there is nothing to do then.
    end: () => undefined,
    asyncStart: () => undefined,
  }
  const watched = tracingChannel<unknown, object>(channel)
  watched.subscribe(subscribers)
  return () => watched.unsubscribe(subscribers)
}

/** What the driver publishes has the values in it: only what stands before the first of them may be looked at. */
const shownOfStatement = 300
const verb = /^\s*([A-Z]{2,20})\b/
const tableOfVerb =
  /^\s*(?:SELECT|DELETE)\s[^'"]*?\bFROM\s`?([a-z_]{1,64})|^\s*INSERT (?:IGNORE )?INTO `?([a-z_]{1,64})|^\s*UPDATE `?([a-z_]{1,64})/i

function statementOf(query: unknown): Asked {
  const beginning = typeof query === 'string' ? query.slice(0, shownOfStatement) : ''
  const operation = verb.exec(beginning.toUpperCase())?.[1] ?? 'statement'
  const table = tableOfVerb
    .exec(beginning)
    ?.slice(1)
    .find((name) => name !== undefined)
  return {
    name: table === undefined ? `mysql ${operation}` : `mysql ${operation} ${table}`,
    facts: {
      'db.system.name': 'mysql',
      'db.operation.name': operation,
      ...(table === undefined ? {} : { 'db.collection.name': table }),
    },
  }
}

/** Of the arguments none but which of our scripts is run. */
function commandOf(command: unknown, args: unknown): Asked {
  const operation = typeof command === 'string' ? command.toUpperCase().slice(0, 40) : 'command'
  const [first] = Array.isArray(args) ? (args as unknown[]) : []
  const script = operation === 'EVALSHA' && typeof first === 'string' ? scriptName(first) : undefined
  return {
    name: script === undefined ? `redis ${operation}` : `redis ${operation} ${script}`,
    facts: {
      'db.system.name': 'redis',
      'db.operation.name': operation,
      ...(script === undefined ? {} : { 'db.stored_procedure.name': script }),
    },
  }
}
