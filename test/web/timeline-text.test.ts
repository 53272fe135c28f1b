import test from 'ava'
import { lengthOf, mostAlt, mostArea, mostCommentText, mostPostText } from '../../web/src/timeline/limits.ts'
import { newComment } from '../../src/timeline/comments.ts'
import { newPost } from '../../src/timeline/post.ts'

test('what the client counts is what the server takes: at the limit, and one over', (t) => {
  const nfd = '가'.normalize('NFD')
  t.is(lengthOf(` ${nfd}😀\r\n.\n`), 4)
  const takes = (text: string) => newPost.safeParse({ text }).success
  const says = (text: string) => newComment.safeParse({ text }).success
  const of = (length: number) => `${nfd}😀`.repeat(length / 2)

  t.is(lengthOf(of(mostPostText)), mostPostText)
  t.deepEqual([takes(of(mostPostText)), takes(`${of(mostPostText)}!`)], [true, false])
  t.deepEqual([says(of(mostCommentText)), says(`${of(mostCommentText)}!`)], [true, false])
  const shows = (alt: string) => newPost.safeParse({ pictures: [{ media: '1', alt }] }).success
  t.deepEqual([shows(of(mostAlt)), shows(`${of(mostAlt)}!`)], [true, false])
  const isIn = (area: string) => newPost.safeParse({ text: 'x', area }).success
  t.deepEqual([isIn(of(mostArea)), isIn(`${of(mostArea)}!`)], [true, false])
})
