import type { AccountId } from '../../platform/ids.ts'
import type { BulkPost } from '../../timeline/bulk.ts'
import { seededChance } from '../replay/chance.ts'

/** What seeded people do, by a chance that is the same in every run. Few do much and most do little, as everywhere. */

export interface SeedMember {
  id: AccountId
  username: string
}

const tags = [
  ...['일상', '마당', '맛집', '산책', '고양이', '텃밭', '독서', '요리', '개발', '타입스크립트', '자전거', '주말'],
  ...[
    '동네소식',
    '나눔',
    '영화',
    '음악',
    'TypeScript',
    'garden',
    'books',
    'cats',
    'music',
    'walk',
    'neighbours',
    'rain',
  ],
]
const areas = [
  ...[
    '서울 마포구',
    '서울 종로구',
    '서울 성동구',
    '부산 해운대구',
    '부산 수영구',
    '대구 중구',
    '인천 연수구',
    '광주 동구',
  ],
  ...['대전 유성구', '제주시', '전주 완산구', '수원 팔달구'],
]
const mostComments = 40
const mostLikes = 300

export function inventPost(nth: number, at: Date, members: readonly SeedMember[], texts: readonly string[]): BulkPost {
  const chance = seededChance(Math.imul(nth + 1, 0x9e3779b1))
  const author = few(chance, members)
  const later = (hours: number): Date => new Date(Math.min(Date.now(), at.getTime() + chance() * hours * 3_600_000))
  const commentCount = Math.min(mostComments, Math.floor(-Math.log(1 - chance()) * 2))
  return {
    author: author.id,
    at,
    text: textOf(chance, members, texts),
    area: chance() < 0.3 ? few(chance, areas) : undefined,
    comments: Array.from({ length: commentCount }, () => ({
      author: any(chance, members).id,
      text: `${chance() < 0.05 ? `@${author.username} ` : ''}${any(chance, texts)}`.slice(0, 1000),
      at: later(48),
    })).toSorted((one, other) => one.at.getTime() - other.at.getTime()),
    likes: likers(chance, members).map(({ id }) => ({ account: id, at: later(72) })),
  }
}

/** Whom a new member follows, and which of those follow back: never a pair twice, since one of the two is always new. */
export function inventFollows(nth: number, member: SeedMember, elders: readonly SeedMember[]) {
  const chance = seededChance(Math.imul(nth + 1, 0x85ebca6b))
  const wished = 1 + Math.floor(-Math.log(1 - chance()) * 25)
  const chosen = new Set(Array.from({ length: Math.min(wished, elders.length) }, () => few(chance, elders)))
  return [...chosen].flatMap((elder) => [
    { follower: member.id, followed: elder.id },
    ...(chance() < 0.3 ? [{ follower: elder.id, followed: member.id }] : []),
  ])
}

function textOf(chance: () => number, members: readonly SeedMember[], texts: readonly string[]): string {
  const from = Math.floor(chance() * texts.length)
  const lines = texts.slice(from, from + 1 + Math.floor(chance() * 3))
  if (chance() < 0.08) lines.push(`@${any(chance, members).username}`)
  const tagged = Array.from({ length: Math.floor(chance() * 3) }, () => `#${few(chance, tags)}`)
  const wanted = [lines.join('\n').slice(0, 4500), tagged.join(' ')].filter((part) => part !== '')
  return wanted.join('\n').toWellFormed().trim()
}

/** Different people, in steps around the circle of all. */
function likers(chance: () => number, members: readonly SeedMember[]): SeedMember[] {
  const isFamous = chance() < 0.01
  const wished = Math.floor(isFamous ? chance() * mostLikes : -Math.log(1 - chance()) * 4)
  const count = Math.min(wished, members.length)
  const step = Math.max(1, Math.floor((members.length / Math.max(1, count)) * chance()))
  const from = Math.floor(chance() * members.length)
  return Array.from({ length: count }, (_, index) => members[(from + index * step) % members.length]!)
}

function any<T>(chance: () => number, list: readonly T[]): T {
  return list[Math.floor(chance() * list.length)]!
}

/** The first ones often, the last ones hardly ever. */
function few<T>(chance: () => number, list: readonly T[]): T {
  return list[Math.floor(chance() ** 2.5 * list.length)]!
}
