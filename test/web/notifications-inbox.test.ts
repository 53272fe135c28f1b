import test from 'ava'
import * as fc from 'fast-check'
import type { Notification, Person } from '../../web/src/api/types.ts'
import {
  emptyInbox,
  newestPlace,
  shownOf,
  without,
  withNotification,
  withPage,
} from '../../web/src/notifications/inbox.ts'
import type { Inbox } from '../../web/src/notifications/inbox.ts'
import { placeHref, sentenceOf, wordsOf } from '../../web/src/notifications/sentence.ts'
import { seeded } from '../support/seeded.ts'

const person = (username: string): Person => ({ id: username, username, displayName: username, picture: null })

const one = (changes: Partial<Notification> = {}): Notification => ({
  ...{ id: '1', place: '1', type: 'like', at: '2026-11-21T00:00:00.000Z', isRead: false },
  ...{ actors: { count: 1, latest: [person('alice')] }, post: '7', comment: null, room: null, excerpt: '안녕' },
  ...changes,
})

type Told = { type: 'told'; notification: Notification } | { type: 'deleted'; ids: string[] }

const heard = (inbox: Inbox, told: Told): Inbox =>
  told.type === 'told' ? withNotification(inbox, told.notification) : without(inbox, told.ids)

/** A few notifications that are joined, move to places of their own, and may go. */
const happenings = fc
  .array(fc.record({ id: fc.nat(4), isDeleted: fc.boolean() }), { maxLength: 14 })
  .map((steps): Told[] =>
    steps.map(({ id, isDeleted }, place) =>
      isDeleted && place % 3 === 0
        ? { type: 'deleted', ids: [String(id)] }
        : {
            type: 'told',
            notification: one({ id: String(id), place: String(place + 1), actors: { count: place + 1, latest: [] } }),
          },
    ),
  )

test('whatever the order in which things are told, the inbox is the same', (t) => {
  const open = withPage(emptyInbox, { items: [], page: {} })
  const shuffled = happenings.chain((told) =>
    fc.tuple(fc.constant(told), fc.shuffledSubarray(told, { minLength: told.length })),
  )

  fc.assert(
    fc.property(shuffled, ([told, another]) => {
      const [first, second] = [told, another].map((order) => shownOf(order.reduce(heard, open)))
      return JSON.stringify(first) === JSON.stringify(second)
    }),
    seeded(300),
  )
  t.pass()
})

test('a page and what was told before it or after it make the same inbox', (t) => {
  const page = { items: [one({ id: '2', place: '5' }), one({ id: '1', place: '3' })], page: {} }
  const joined = one({ id: '1', place: '6', actors: { count: 2, latest: [person('bob'), person('alice')] } })

  const before = withPage(withNotification(emptyInbox, joined), page)
  const after = withNotification(withPage(emptyInbox, page), joined)

  t.deepEqual(shownOf(before), shownOf(after))
  t.deepEqual(
    shownOf(after).map(({ id, place }) => [id, place]),
    [
      ['1', '6'],
      ['2', '5'],
    ],
  )
})

test('what changes below the pages that were read waits for its page, so that no hole is shown', (t) => {
  const first = withPage(emptyInbox, { items: [one({ id: '9', place: '9' })], page: { next: 'x' } })
  const told = withNotification(first, one({ id: '2', place: '2' }))

  t.deepEqual(
    shownOf(told).map(({ id }) => id),
    ['9'],
  )
  const second = withPage(told, { items: [one({ id: '5', place: '5' }), one({ id: '2', place: '2' })], page: {} })
  t.deepEqual(
    shownOf(second).map(({ id }) => id),
    ['9', '5', '2'],
  )
})

test('what has gone never comes back, and what this client does not know is passed over', (t) => {
  const gone = without(withPage(emptyInbox, { items: [one()], page: {} }), ['1'])
  const strange = withNotification(gone, one({ id: '3', place: '8', type: 'poke' }))

  t.deepEqual(shownOf(withNotification(strange, one({ place: '7' }))), [])
  t.is(newestPlace(strange), '8')
  t.is(newestPlace(gone), undefined)
})

const said = (notification: Notification, language: 'ko' | 'en'): string => wordsOf(sentenceOf(notification, language))

const [alice, bob, carol] = [person('alice'), person('bob'), person('carol')]
const room = { id: '4', name: '장독대' }

test('every kind is said in both languages', (t) => {
  t.is(said(one(), 'ko'), 'alice님이 내 글을 좋아해요')
  t.is(said(one(), 'en'), 'alice likes your post')
  t.is(said(one({ type: 'comment', comment: '8' }), 'ko'), 'alice님이 내 글에 댓글을 남겼어요')
  t.is(said(one({ type: 'comment', comment: '8' }), 'en'), 'alice commented on your post')
  t.is(said(one({ type: 'mention' }), 'ko'), 'alice님이 글에서 나를 언급했어요')
  t.is(said(one({ type: 'mention', comment: '8' }), 'en'), 'alice mentioned you in a comment')
  t.is(said(one({ type: 'follow', post: null }), 'ko'), 'alice님이 나를 팔로우해요')
  t.is(said(one({ type: 'invitation', post: null, room }), 'ko'), 'alice님이 장독대 방에 초대했어요')
  t.is(said(one({ type: 'invitation', post: null, room }), 'en'), 'alice invited you to 장독대')
  const closed = one({ type: 'room_closed', post: null, room, actors: { count: 0, latest: [] } })
  t.is(said(closed, 'ko'), '장독대 방이 닫혔어요. 기록과 영수증을 볼 수 있어요')
  t.is(said(closed, 'en'), '장독대 was closed. Its transcript and receipt are ready')
  t.deepEqual(sentenceOf(one({ type: 'poke' }), 'en'), [])
})

test('people who are merged are named as far as there is room', (t) => {
  const of = (count: number, ...latest: Person[]) => one({ actors: { count, latest } })

  t.is(said(of(2, bob, alice), 'ko'), 'bob님과 alice님이 내 글을 좋아해요')
  t.is(said(of(2, bob, alice), 'en'), 'bob and alice like your post')
  t.is(said(of(4, carol, bob, alice), 'ko'), 'carol님 외 3명이 내 글을 좋아해요')
  t.is(said(of(4, carol, bob, alice), 'en'), 'carol and 3 others like your post')
  t.is(said(of(2, bob, person('')), 'en'), 'bob and 1 other like your post')
  t.is(said(of(1, person('')), 'ko'), '떠난 분이 내 글을 좋아해요')
  t.is(said(of(3, person('')), 'en'), '3 people like your post')
})

test('each leads to where it happened', (t) => {
  t.is(placeHref(one()), '/posts/7')
  t.is(placeHref(one({ type: 'comment', comment: '8' })), '/posts/7#comment-8')
  t.is(placeHref(one({ type: 'follow', post: null })), '/people/alice')
  t.is(placeHref(one({ type: 'invitation', post: null, room })), '/rooms/4')
  t.is(placeHref(one({ type: 'room_closed', post: null, room })), '/rooms/4/receipt')
  t.is(placeHref(one({ type: 'follow', post: null, actors: { count: 1, latest: [person('')] } })), undefined)
})
