import { z } from 'zod'

const mostItems = 100
const usualItems = 20
const longestCursor = 512

/** `?limit=` of a list: 20 unless told, at most 100. */
export const pageLimit = z
  .string()
  .regex(/^[1-9][0-9]{0,2}$/, 'A whole number')
  .transform(Number)
  .refine((limit) => limit <= mostItems, { error: `At most ${mostItems}`, params: { code: 'too_big' } })
  .default(usualItems)
  .describe(`How many items: ${usualItems} unless given, at most ${mostItems}`)

/** `?cursor=` of a list: opaque outside, and inside what `place` reads. One that we did not make is `bad_input`. */
export function cursorOf<S extends z.ZodType>(place: S) {
  return z
    .string()
    .max(longestCursor)
    .transform((text, context) => {
      const read = place.safeParse(decode(text))
      if (read.success) return read.data
      context.addIssue({ code: 'custom', message: 'Not a cursor of this list', params: { code: 'bad_cursor' } })
      return z.NEVER
    })
    .optional()
    .describe('Where to go on: `page.next` or `page.prev` of an earlier answer')
}

/** `?cursor=` of a list that one number orders: the id, or the place, of the last item. */
export function idCursor<Id extends number>() {
  return cursorOf(
    z
      .int()
      .positive()
      .transform((id) => id as Id),
  )
}

export function encodeCursor(place: unknown): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url')
}

function decode(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}

const neighbours = z
  .strictObject({ next: z.string().optional(), prev: z.string().optional() })
  .meta({ id: 'Page', description: 'Cursors of the pages beside this one; the end is the absence of `next`' })

/** The answer schema of a list. The end is the absence of `next`. */
export function pageOf<S extends z.ZodType>(item: S) {
  return z.strictObject({
    items: z.array(item),
    page: neighbours,
  })
}

/** The page of what was found when one more was asked for. `last` is the item after which another page begins, if one does. */
export function pageFrom<Item>(found: readonly Item[], limit: number): { items: Item[]; last: Item | undefined } {
  const items = found.slice(0, limit)
  return { items, last: found.length > limit ? items.at(-1) : undefined }
}

export interface PagePlaces {
  next?: unknown
  prev?: unknown
}

/** A 200 answer of a list: body and `Link` header. `target` is the path and query of the request. */
export function pageAnswer<Item>(target: string, items: Item[], places: PagePlaces) {
  const { page, headers } = placesOf(target, places)
  return { status: 200 as const, body: { items, page }, headers }
}

/** What an answer says of the pages beside it: in its body, and as `Link` header. */
export function placesOf(target: string, places: PagePlaces) {
  const page: { next?: string; prev?: string } = {}
  const links: string[] = []
  for (const rel of ['next', 'prev'] as const) {
    if (places[rel] === undefined) continue
    const cursor = encodeCursor(places[rel])
    page[rel] = cursor
    links.push(`<${withCursor(target, cursor)}>; rel="${rel}"`)
  }
  return { page, headers: links.length === 0 ? {} : { link: links.join(', ') } }
}

function withCursor(target: string, cursor: string): string {
  const [path = '', query = ''] = target.split('?', 2)
  return `${plainPath.test(path) ? path : new URL(path, 'http://here').pathname}?${queryWith(query, cursor)}`
}

function queryWith(query: string, cursor: string): string {
  if (plainQuery.test(query)) {
    const others = query.split('&').filter((part) => part !== '' && !part.startsWith('cursor='))
    return [...others, `cursor=${cursor}`].join('&')
  }
  const search = new URLSearchParams(query)
  search.set('cursor', cursor)
  return search.toString()
}

/** What stands in a header as it is: nearly every path and query, and to write any other one anew takes as long as a query of the database. */
const plainPath = /^[\w./~-]+$/
const plainQuery = /^[\w.~=&-]*$/
