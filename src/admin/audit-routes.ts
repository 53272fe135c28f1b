import { Readable } from 'node:stream'
import { z } from 'zod'
import { username } from '../accounts/index.ts'
import { actions, actsBefore, allActs } from '../audit/index.ts'
import type { KeptAct, Wanted } from '../audit/index.ts'
import { Problem } from '../platform/errors.ts'
import { cursorOf, pageAnswer, pageFrom, pageLimit, pageOf } from '../platform/http/pages.ts'
import { bytes, route } from '../platform/http/route.ts'
import type { Route } from '../platform/http/route.ts'
import { idPattern, parseId } from '../platform/ids.ts'
import type { AccountId, RoomId } from '../platform/ids.ts'
import { exportLimit } from './route-parts.ts'
import type { AdminParts } from './route-parts.ts'
import { actView, presentAct } from './views.ts'

const moment = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text))
  .optional()

const filter = {
  actor: username.optional().describe('Username of who did it'),
  person: username.optional().describe('Username of whom it concerns'),
  room: z
    .string()
    .regex(idPattern)
    .transform((text) => parseId<RoomId>(text))
    .optional()
    .describe('Id of the room that it concerns'),
  action: z.enum(actions).optional().describe('What was done'),
  since: moment.describe('From then on'),
  until: moment.describe('Before then'),
}
const filterShape = z.strictObject(filter)

/** Time in ms and id: two acts may be of the same millisecond. */
const place = z.tuple([z.int().nonnegative(), z.int().positive()])

export function auditRoutes(parts: AdminParts): Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/admin/audit',
      summary: 'What was done by the power of a role, and by whom, the newest first',
      access: 'admin',
      problems: ['not_found'],
      query: z.strictObject({ limit: pageLimit, cursor: cursorOf(place), ...filter }),
      answers: { 200: pageOf(actView) },
      async handle({ query, target }) {
        const { limit, cursor, ...asked } = query
        const before = cursor === undefined ? undefined : { at: new Date(cursor[0]), id: cursor[1] }
        const found = await actsBefore(parts.sql, await wantedBy(parts, asked), { before, limit: limit + 1 })
        const { items: acts, last } = pageFrom(found, limit)
        const next = last === undefined ? undefined : [last.at.getTime(), last.id]
        return pageAnswer(target, await presentActs(parts, acts), { next })
      },
    }),
    route({
      method: 'GET',
      path: '/v1/admin/audit/export',
      summary: 'The same, all of it, an act a line: NDJSON',
      access: 'admin',
      problems: ['not_found'],
      query: filterShape,
      limit: exportLimit(parts.config),
      answers: { 200: bytes('application/x-ndjson') },
      async handle({ query }) {
        const wanted = await wantedBy(parts, query)
        return {
          status: 200,
          body: Readable.from(linesOf(parts, wanted)),
          headers: {
            'content-type': 'application/x-ndjson',
            'content-disposition': 'attachment; filename="audit.ndjson"',
          },
        }
      },
    }),
  ]
}

/** Error: `not_found`, for a name that nobody has. */
async function wantedBy(parts: AdminParts, asked: z.output<typeof filterShape>): Promise<Wanted> {
  const { actor, person, ...rest } = asked
  return { ...rest, actor: await accountNamed(parts, actor), account: await accountNamed(parts, person) }
}

async function accountNamed({ accounts }: AdminParts, name: string | undefined): Promise<AccountId | undefined> {
  if (name === undefined) return undefined
  const person = await accounts.findByUsername(name)
  if (person === undefined) throw new Problem('not_found', { detail: `Nobody is called ${name}` })
  return person.id
}

async function presentActs(parts: AdminParts, acts: readonly KeptAct[]): Promise<z.input<typeof actView>[]> {
  const [profiles, rooms] = await Promise.all([
    parts.accounts.profiles(acts.flatMap(({ by, account }) => [by.account, account].filter((id) => id !== undefined))),
    parts.roomNames(acts.flatMap(({ room }) => room ?? [])),
  ])
  return acts.map((act) => presentAct(act, { profiles, rooms }))
}

async function* linesOf(parts: AdminParts, wanted: Wanted): AsyncGenerator<string> {
  for await (const acts of allActs(parts.sql, wanted)) {
    const views = await presentActs(parts, acts)
    yield views.map((view) => `${JSON.stringify(view)}\n`).join('')
  }
}
