import { setImmediate } from 'node:timers/promises'
import test from 'ava'
import { ApiProblem } from '../../web/src/api/problem.ts'
import type { PostDraft } from '../../web/src/api/timeline.ts'
import type { Picture, Post } from '../../web/src/api/types.ts'
import type { Uploading } from '../../web/src/api/upload.ts'
import { isWorthATry, progressOf, Uploads } from '../../web/src/pictures/uploads.ts'
import { commentDrafts } from '../../web/src/timeline/comment-draft.ts'
import { Composition } from '../../web/src/timeline/composition.ts'
import { emptyDraft, keepDraft, readDraft } from '../../web/src/timeline/draft.ts'
import type { Draft } from '../../web/src/timeline/draft.ts'
import type { DraftStorage } from '../../web/src/shell/kept-drafts.ts'

const files = (...names: string[]) => names.map((name) => new File(['x'], name, { type: 'image/png' }))

function picture(id: string): Picture {
  const urls = { thumb: `/${id}.t`, feed: `/${id}.f`, full: `/${id}.u`, jpeg: `/${id}.j` }
  return { id, state: 'processing', width: 4, height: 3, placeholder: 'AAAAAAA=', urls }
}

/** Uploads that end when the test says so. */
function uploading(most = 10) {
  const sent: (Uploading & { file: Blob; end: (answer: Picture | ApiProblem) => void })[] = []
  const uploads = new Uploads({
    most,
    waitMs: async () => {},
    upload: (file, options) =>
      new Promise((resolve, reject) => {
        const end = (answer: Picture | ApiProblem) => (answer instanceof ApiProblem ? reject(answer) : resolve(answer))
        sent.push({ ...options, file, end })
        options.signal?.addEventListener('abort', () => reject(options.signal?.reason))
      }),
  })
  const states = () => uploads.items.value.map((item) => item.state)
  return { uploads, sent, states }
}

test('two pictures are sent at a time, each tells how far it is, and no more are taken than fit', async (t) => {
  const { uploads, sent, states } = uploading(3)

  const added = uploads.add([...files('a', 'b', 'c', 'd'), new File(['x'], 'e.txt', { type: 'text/plain' })])

  t.deepEqual(added, { added: 3, tooMany: 1, others: 1 })
  t.deepEqual(states(), ['sending', 'sending', 'waiting'])
  sent[0]?.onProgress?.(0.5)
  t.is(uploads.items.value[0]?.part, 0.5)
  sent[0]?.end(picture('1'))
  await setImmediate()
  t.deepEqual(states(), ['sent', 'sending', 'sending'])
  t.is(progressOf(uploads.items.value), 'sending')
})

test('one that is taken out is sent no further, and one that failed is tried again under the same key', async (t) => {
  const { uploads, sent, states } = uploading()
  uploads.add(files('a', 'b', 'c'))
  const [a, b] = uploads.items.value

  uploads.remove(a!.id)
  sent[1]?.end(new ApiProblem({ code: 'broken_picture', status: 422 }))
  await setImmediate()

  t.true(sent[0]?.signal?.aborted)
  t.deepEqual(states(), ['failed', 'sending'])
  t.is(progressOf(uploads.items.value), 'failed')
  uploads.retry(b!.id)
  t.deepEqual(states(), ['sending', 'sending'])
  t.is(sent[3]?.idempotencyKey, sent[1]?.idempotencyKey)
})

test('a picture that would be refused again is not tried again; those that were cut off go on when there is a network', async (t) => {
  const { uploads, sent, states } = uploading()
  uploads.add(files('a', 'b', 'c'))

  sent[0]?.end(new ApiProblem({ code: 'offline' }))
  sent[1]?.end(new ApiProblem({ code: 'unsupported_picture', status: 415 }))
  await setImmediate()
  sent[2]?.end(new ApiProblem({ code: 'storage_full', status: 409 }))
  await setImmediate()
  t.deepEqual(states(), ['failed', 'failed', 'failed'])
  t.deepEqual(uploads.items.value.map(isWorthATry), [true, false, true])

  uploads.retryCutOff()
  t.deepEqual(states(), ['sending', 'failed', 'failed'])
  t.is(sent[3]?.idempotencyKey, sent[0]?.idempotencyKey)
  sent[3]?.end(picture('1'))
  await setImmediate()
  t.deepEqual(states(), ['sent', 'failed', 'failed'])
})

test('a short wait that the server asks for is waited for, and a long one is told', async (t) => {
  const { uploads, sent, states } = uploading()
  uploads.add(files('a'))

  sent[0]?.end(new ApiProblem({ code: 'unavailable', status: 503, retryAfter: 1 }))
  await setImmediate()
  t.is(sent.length, 2)
  sent[1]?.end(new ApiProblem({ code: 'rate_limited', status: 429, retryAfter: 600 }))
  await setImmediate()

  t.deepEqual(states(), ['failed'])
  t.is(uploads.items.value[0]?.problem?.retryAfter, 600)
})

function storage(): DraftStorage & { kept: Map<string, string> } {
  const kept = new Map<string, string>()
  return {
    kept,
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  }
}

test('a draft comes back as it was left, to its account alone, and an empty one leaves nothing', (t) => {
  const place = storage()
  const draft = {
    ...emptyDraft(),
    text: '쓰던 글',
    area: '연남동',
    pictures: [{ picture: picture('7'), alt: '감나무' }],
  }

  keepDraft('alice', draft, place)

  t.deepEqual(readDraft('alice', place), draft)
  t.is(readDraft('bob', place).text, '')
  keepDraft('alice', { ...draft, text: ' ', pictures: [] }, place)
  t.is(place.kept.size, 0)
})

test('what somebody else wrote into the place of a draft is no draft', (t) => {
  for (const text of ['', '{', '7', '{"text":1}', '{"text":"a","area":"","key":"k","pictures":{}}']) {
    const place = storage()
    place.kept.set('madang-draft:alice', text)
    t.is(readDraft('alice', place).text, '', text)
  }
  const place = storage()
  place.kept.set('madang-draft:alice', '{"text":"a","area":"","key":"k","pictures":[{"alt":""},null]}')
  t.deepEqual(readDraft('alice', place), { text: 'a', area: '', key: 'k', pictures: [] })
})

test('a comment that was begun comes back at its post, to its account alone', (t) => {
  const place = storage()
  const tried = { words: '하나 드릴까요?', key: 'k' }

  commentDrafts('alice', '7', place).keep({ text: '하나 드릴까요? ', tried })

  t.deepEqual(commentDrafts('alice', '7', place).read(), { text: '하나 드릴까요? ', tried })
  t.deepEqual(commentDrafts('alice', '8', place).read(), { text: '' })
  t.deepEqual(commentDrafts('bob', '7', place).read(), { text: '' })
  t.is(readDraft('alice', place).text, '')
})

test('a comment that is said leaves nothing, unless something else was begun meanwhile', (t) => {
  const place = storage()
  const drafts = commentDrafts('alice', '7', place)
  drafts.keep({ text: ' the first ', tried: { words: 'the first', key: 'k' } })

  drafts.said('another')
  t.is(drafts.read().text, ' the first ')
  drafts.said('the first')

  t.is(place.kept.size, 0)
  for (const text of ['', '{', '7', '{"text":1}', '{"tried":{}}']) {
    place.kept.set('madang-draft:alice:post-7', text)
    t.deepEqual(drafts.read(), { text: '' }, text)
  }
  place.kept.set('madang-draft:alice:post-7', '{"text":"a","tried":{"words":"a"}}')
  t.deepEqual(drafts.read(), { text: 'a' })
})

function composing(send: (draft: PostDraft, key: string) => Promise<Post>) {
  const { uploads, sent } = uploading()
  const kept: Draft[] = []
  const keep = (draft: Draft): void => void kept.push(draft)
  return { composition: new Composition({ draft: emptyDraft(), uploads, send, keep }), uploads, sent, kept }
}

test('a post waits for its pictures, and goes with them in their order and with what they show', async (t) => {
  const drafts: PostDraft[] = []
  const { composition, uploads, sent } = composing(async (draft) => {
    drafts.push(draft)
    return {} as Post
  })
  uploads.add(files('a', 'b'))
  uploads.describe(uploads.items.value[0]!.id, '감나무')

  const posting = composition.post()
  uploads.move(1, 0)
  t.is(composition.state.value, 'waiting')
  sent[0]?.end(picture('1'))
  sent[1]?.end(picture('2'))
  await posting

  t.deepEqual(drafts, [
    {
      text: '',
      pictures: [
        { media: '2', alt: '' },
        { media: '1', alt: '감나무' },
      ],
    },
  ])
})

test('a post that is given up while it waits for its pictures is not sent without them', async (t) => {
  let posted = 0
  const { composition, uploads, sent } = composing(async () => {
    posted += 1
    return {} as Post
  })
  composition.text.value = 'with a picture'
  uploads.add(files('a'))
  const posting = composition.post()
  t.is(composition.state.value, 'waiting')

  composition.giveUp()

  t.is(await posting, undefined)
  t.is(posted, 0)
  t.true(sent[0]?.signal?.aborted)
})

test('a repeat after a lost answer has the same key, and one with other words is told that the first went through', async (t) => {
  const keys: string[] = []
  const answers = [new ApiProblem({ code: 'offline' }), new ApiProblem({ code: 'key_reused', status: 422 })]
  const { composition, kept } = composing(async (_, key) => {
    keys.push(key)
    throw answers.shift() ?? new ApiProblem({ code: 'internal', status: 500 })
  })
  composition.text.value = '안녕하세요'

  await composition.post()
  t.is(composition.faults.value.whole, 'unknown')
  await composition.post()
  t.is(composition.faults.value.whole, 'posted_before')
  // A reload right now goes on with the key of the next try.
  const afterReload = kept.at(-1)?.key
  await composition.post()

  t.is(keys[0], keys[1])
  t.not(keys[1], keys[2])
  t.is(afterReload, keys[2])
})

test('what is wrong stands where it is wrong, and nothing is sent that cannot be taken', async (t) => {
  const faults = [
    { pointer: '/pictures/1/media', code: 'missing', detail: 'gone' },
    { pointer: '/area', code: 'bad', detail: 'bad' },
  ]
  let sent = 0
  const { composition } = composing(async () => {
    sent += 1
    throw new ApiProblem({ code: 'bad_input', status: 422, errors: faults })
  })

  await composition.post()
  t.is(composition.faults.value.text, 'empty')
  composition.text.value = '가'.repeat(5001)
  await composition.post()
  t.is(composition.faults.value.text, 'too_long')
  t.is(sent, 0)
  composition.text.value = '가'
  await composition.post()

  t.deepEqual(composition.faults.value, { area: 'refused', pictures: new Set([1]) })
})

test('what is written while a post is on its way stays, as another post', async (t) => {
  let answer = (): void => {}
  const keys: string[] = []
  const { composition, uploads, sent, kept } = composing((_, key) => {
    keys.push(key)
    return new Promise((resolve) => (answer = () => resolve({} as Post)))
  })
  composition.text.value = 'the first'
  composition.area.value = '서울'
  uploads.add(files('a'))
  sent[0]?.end(picture('1'))
  await setImmediate()

  const posting = composition.post()
  await setImmediate()
  composition.text.value = 'the second'
  uploads.add(files('b'))
  answer()
  await posting
  const before = kept.length
  composition.clear()

  t.is(kept.length, before + 1)
  t.like(kept.at(-1), { text: 'the second', area: '' })
  t.not(kept.at(-1)?.key, keys[0])
  t.is(composition.text.value, 'the second')
  t.is(composition.area.value, '')
  t.deepEqual(
    uploads.items.value.map(({ file }) => file?.name),
    ['b'],
  )
})
