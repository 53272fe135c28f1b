import type { Like, Line, Post, Upload } from '../../history/line.ts'
import type { Record } from '../contract.ts'
import type { Findings } from '../findings.ts'
import { quote, sayLine } from '../words.ts'

type Timeline = NonNullable<Record['timeline']>

/**
 * C14, what is kept of the timeline: every post, comment and upload that was acknowledged is there exactly once, whatever was
 * repeated under its key, and nothing else by those people; counts are those of the rows; everybody likes what they last said
 * they like.
 */
export function checkTimeline(lines: readonly Line[], timeline: Timeline, findings: Findings): void {
  const written = lines.filter((line): line is Post => line.what === 'post' || line.what === 'comment')
  checkAnswers(written, findings)
  checkWritten(
    written.filter(({ what }) => what === 'post'),
    timeline.posts,
    findings,
  )
  checkWritten(
    written.filter(({ what }) => what === 'comment'),
    timeline.comments,
    findings,
  )
  checkUploads(
    lines.filter((line): line is Upload => line.what === 'upload'),
    timeline,
    findings,
  )
  checkCounts(timeline, findings)
  checkLikes(
    lines.filter((line): line is Like => line.what === 'like' || line.what === 'unlike'),
    timeline,
    findings,
  )
}

interface Keyed {
  what: string
  by: string
  key: string
  id?: string
}

/** A repeat is answered as the first was, and nothing else is. */
function checkAnswers(calls: readonly (Post | Upload)[], findings: Findings): void {
  for (const same of groups(
    calls.filter(({ outcome }) => outcome === 'ok'),
    keyOf,
  )) {
    const ids = new Set(same.map(({ id }) => id))
    if (ids.size > 1) findings.add('C14', undefined, `one key was answered with ${ids.size} things`, same.map(sayLine))
  }
  for (const same of groups(
    calls.filter(({ outcome, id }) => outcome === 'ok' && id !== undefined),
    ({ what, id }) => `${what} ${id}`,
  )) {
    const keys = new Set(same.map(keyOf))
    if (keys.size > 1)
      findings.add('C14', undefined, `${keys.size} keys were answered with one thing`, same.map(sayLine))
  }
  for (const call of calls) {
    if (call.outcome !== 'ok' || call.id !== undefined) continue
    findings.add('C14', undefined, 'it was acknowledged, and not said as what', [sayLine(call)])
  }
}

interface WrittenRow {
  id: string
  by: string
  text: string
  post?: string
}

/** Rows and keys are told apart by who wrote what: of as many rows as keys were acknowledged, and at most one more for each unknown one. */
function checkWritten(calls: readonly Post[], rows: readonly WrittenRow[], findings: Findings): void {
  const byId = new Map(rows.map((row) => [row.id, row]))
  for (const call of calls) {
    if (call.outcome !== 'ok' || call.id === undefined) continue
    const row = byId.get(call.id)
    if (row === undefined)
      findings.add('C14', undefined, `${call.what} ${call.id} was acknowledged and is gone`, [sayLine(call)])
    else if (row.text !== call.text || row.by !== call.by || (call.what === 'comment' && row.post !== call.post)) {
      findings.add('C14', undefined, `${call.what} ${call.id} is not what was written`, [
        sayLine(call),
        sayWritten(row),
      ])
    }
  }
  const authors = new Set(calls.map(({ by }) => by))
  const rowsOf = Map.groupBy(
    rows.filter(({ by }) => authors.has(by)),
    wordsOf,
  )
  const callsOf = Map.groupBy(calls, wordsOf)
  for (const words of new Set([...rowsOf.keys(), ...callsOf.keys()])) {
    checkNumber(callsOf.get(words) ?? [], rowsOf.get(words) ?? [], findings)
  }
}

function checkNumber(calls: readonly Post[], rows: readonly WrittenRow[], findings: Findings): void {
  const keys = groups(calls, keyOf)
  const possible = keys.filter((same) => same.some(({ outcome }) => outcome !== 'fail'))
  const proof = [...calls.map(sayLine), ...rows.map(sayWritten)]
  if (rows.length > possible.length) {
    findings.add(
      'C14',
      undefined,
      `it was written ${possible.length} times at most, and is there ${rows.length} times`,
      proof,
    )
  }
}

function checkUploads(calls: readonly Upload[], { uploads }: Timeline, findings: Findings): void {
  checkAnswers(calls, findings)
  const byId = new Map(uploads.map((upload) => [upload.id, upload]))
  for (const call of calls) {
    if (call.outcome !== 'ok' || call.id === undefined) continue
    const upload = byId.get(call.id)
    if (upload === undefined)
      findings.add('C14', undefined, `upload ${call.id} was acknowledged and is gone`, [sayLine(call)])
    else if (upload.state === 'failed' || upload.filesMissing > 0) {
      const says = `upload ${call.id} is ${upload.state} and misses ${upload.filesMissing} files`
      findings.add('C14', undefined, says, [sayLine(call)])
    }
  }
}

function checkCounts({ posts, comments, likes }: Timeline, findings: Findings): void {
  const commentsOf = Map.groupBy(comments, ({ post }) => post)
  const likesOf = Map.groupBy(likes, ({ post }) => post)
  for (const post of posts) {
    const [said, liked] = [commentsOf.get(post.id)?.length ?? 0, likesOf.get(post.id)?.length ?? 0]
    if (post.comments === said && post.likes === liked) continue
    const says = `post ${post.id} counts ${post.likes} likes and ${post.comments} comments, there are ${liked} and ${said}`
    findings.add('C14', undefined, says, [sayWritten(post)])
  }
}

/** What may have been done last decides; where like and unlike may both have been, both are right. */
function checkLikes(calls: readonly Like[], { likes, posts }: Timeline, findings: Findings): void {
  const liked = new Set(likes.map(({ post, by }) => `${by} ${post}`))
  const known = new Set(posts.map(({ id }) => id))
  for (const ofOne of groups(calls, ({ by, post }) => `${by} ${post}`)) {
    const [first] = ofOne
    if (first === undefined || !known.has(first.post)) continue
    const ends = possibleEnds(ofOne)
    const is = liked.has(`${first.by} ${first.post}`) ? 'like' : 'unlike'
    if (ends.has(is)) continue
    const says = `${first.by} ${is === 'like' ? 'likes' : 'does not like'} post ${first.post}, and last said otherwise`
    findings.add('C14', undefined, says, ofOne.map(sayLine))
  }
}

/** An attempt may have been the last unless another one, answered, began after it was answered. What is unknown may come late. */
function possibleEnds(calls: readonly Like[]): Set<Like['what']> {
  const done = calls.filter(({ outcome }) => outcome !== 'fail')
  const answered = done.filter(({ outcome }) => outcome === 'ok')
  const latest = answered.reduce((last, { began }) => Math.max(last, began), -Infinity)
  const mayBeLast = done.filter(({ outcome, ended }) => outcome === 'unknown' || (ended ?? Infinity) >= latest)
  const ends = new Set(mayBeLast.map(({ what }) => what))
  if (answered.length === 0) ends.add('unlike')
  return ends
}

function keyOf({ by, key }: Keyed): string {
  return `${by} ${key}`
}

function wordsOf({ by, text, post }: { by: string; text: string; post?: string }): string {
  return JSON.stringify([by, text, post ?? null])
}

function groups<T>(things: readonly T[], by: (thing: T) => string): T[][] {
  return [...Map.groupBy(things, by).values()]
}

function sayWritten({ id, by, text }: WrittenRow): string {
  return `row ${id} of ${by} ${quote(text)}`
}
