import { z } from 'zod'
import { personView, presentPerson, presentPersonAmong } from '../accounts/index.ts'
import type { Person, Profile } from '../accounts/index.ts'
import type { AccountId } from '../platform/ids.ts'
import type { Hidden, Listed } from './list-store.ts'
import type { Found } from './search.ts'
import type { Counts, Relation } from './store.ts'

/** What leaves through the routes of people. */

const instant = z.iso.datetime({ precision: 3 })

export const personPageView = z.strictObject({
  ...personView.shape,
  bio: z.string(),
  area: z.string(),
  createdAt: instant,
  followers: z.int().describe('How many people follow this person'),
  following: z.int().describe('How many people this person follows'),
  relation: z
    .strictObject({ follows: z.boolean(), followsMe: z.boolean(), blocks: z.boolean(), mutes: z.boolean() })
    .describe('How I stand to this person'),
})

export const listedPersonView = z.strictObject({
  ...personView.shape,
  since: instant.describe('When this person came on the list'),
})

export const foundPersonView = z.strictObject({
  ...personView.shape,
  follows: z.boolean().describe('Whether I follow'),
})

z.globalRegistry.add(foundPersonView, { id: 'FoundPerson' })

export function presentFound(found: Found, profiles: ReadonlyMap<AccountId, Profile>): z.input<typeof foundPersonView> {
  return { ...presentPersonAmong(profiles, found.account), follows: found.follows }
}

export function presentPersonPage(person: Person, counts: Counts, relation: Relation): z.input<typeof personPageView> {
  const { follows, followsMe, blocks, mutes } = relation
  return {
    ...presentPerson(person),
    bio: person.bio,
    area: person.area,
    createdAt: person.createdAt.toISOString(),
    followers: counts.followers,
    following: counts.following,
    relation: { follows, followsMe, blocks, mutes },
  }
}

/** Of somebody who blocks the reader only the name by which they are let go again. */
export function presentListed(
  listed: Listed | Hidden,
  profiles: ReadonlyMap<AccountId, Profile>,
): z.input<typeof listedPersonView> {
  const person = presentPersonAmong(profiles, listed.account)
  const isStranger = 'blocksMe' in listed && listed.blocksMe
  const shown = isStranger ? { ...person, displayName: person.username, picture: null } : person
  return { ...shown, since: listed.since.toISOString() }
}
