import test from 'ava'
import { Validator } from '@seriousme/openapi-schema-validator'
import { referencesIn, usedOf } from '../../../src/platform/documents/references.ts'
import { html, prose } from '../../../src/platform/documents/html.ts'
import type { OpenApiDocument } from '../../../src/platform/http/openapi/document.ts'
import { openHouse } from '../../chat/house.ts'
import type { House } from '../../chat/house.ts'
import { worldOf } from '../../support/world.ts'

const world = worldOf(test)
let house: House

test.serial.before('a server of all that there is', async () => {
  house = await openHouse(world())
})

async function documentAt(path: string): Promise<OpenApiDocument> {
  return (await (await fetch(`${house.origin}${path}`)).json()) as OpenApiDocument
}

const operationsIn = ({ paths }: OpenApiDocument): string[] =>
  Object.values(paths).flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId))

test('the parts together are the whole, each is valid by itself, and holds no more than it needs', async (t) => {
  const whole = await documentAt('/openapi.json')
  const parts = await Promise.all(whole.tags.map(async ({ name }) => documentAt(`/openapi/${name}.json`)))

  t.true(parts.length >= 10)
  t.deepEqual(parts.flatMap(operationsIn).toSorted(), operationsIn(whole).toSorted())
  for (const [index, part] of parts.entries()) {
    const { name, description } = whole.tags[index]!
    const verdict = await new Validator().validate(structuredClone(part) as unknown as Record<string, unknown>)
    t.deepEqual(verdict.errors, undefined, name)
    t.deepEqual(part.tags, [{ name, description }])
    t.true(operationsIn(part).length > 0, name)
    t.true(Object.keys(part.components.schemas).length <= Object.keys(whole.components.schemas).length, name)
    const used = referencesIn(part)
    for (const header of Object.keys(part.components.headers))
      t.true(used.has(`#/components/headers/${header}`), header)
  }
  t.true(operationsIn(await documentAt('/openapi/chat.json')).includes('postRooms'))
  t.true(operationsIn(await documentAt('/openapi/admin.json')).includes('getAdminClosings'))
  t.false(operationsIn(await documentAt('/openapi/chat.json')).includes('getAdminClosings'))
})

test('a part that is none, and whatever else somebody asks for there, is not found', async (t) => {
  for (const path of ['/openapi/garden.json', '/openapi/chat', '/openapi/..%2fchat.json', '/openapi/']) {
    t.is((await fetch(`${house.origin}${path}`)).status, 404, path)
  }
})

test('who has a document is told that it is the same', async (t) => {
  for (const path of ['/openapi.json', '/openapi/chat.json', '/asyncapi.json']) {
    const first = await fetch(`${house.origin}${path}`)
    const again = await fetch(`${house.origin}${path}`, {
      headers: { 'if-none-match': first.headers.get('etag') ?? '' },
    })
    t.is(again.status, 304, path)
    await first.body?.cancel()
  }
})

test('components that nobody refers to are left out, those that only others refer to stay', (t) => {
  const components = {
    Room: { properties: { mentor: { $ref: '#/components/schemas/Person' } } },
    Person: { type: 'object' },
    Song: { properties: { singer: { $ref: '#/components/schemas/Person' } } },
  }
  const users = { items: [{ $ref: '#/components/schemas/Room' }] }

  t.deepEqual(Object.keys(usedOf(components, { place: '#/components/schemas/', users })), ['Room', 'Person'])
})

test('what is put into a page is text', (t) => {
  const name = '<script>alert("1")</script>&\''

  t.is(html`<p title="${name}">${name}${[html`<b>${1}</b>`]}${undefined}</p>`.html.match(/<(?!\/?[pb]\b)/), null)
  t.is(prose('say `<b>` & go').html, 'say <code>&#60;b&#62;</code> &#38; go')
})
