import test from 'ava'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { views } from '../../web/look/views.ts'
import { feedNames } from '../../web/src/timeline/feeds.ts'

/** That no page can be forgotten: what the map of the client leads to is in the list of views, which are looked at in every way (views.test.ts). */

const web = join(import.meta.dirname, '../../web/src')
const things = { room: '1', closedRoom: '2', emptyRoom: '6', damagedRoom: '3', strangeRoom: '5', post: '4' }
/** Without what stands behind `#`, which leads to no other page. */
const looked = views.map(({ path }) => path(things).replace(/#.*/, ''))

/** As in `app.tsx`, with the parts of pages that have some. */
function addresses(): string[] {
  const routes = [...sourceOf('app.tsx').matchAll(/(?:<Route path="|^ {2}')(\/[^'"]*)/gm)].map(
    ([, route]) => route ?? '',
  )
  const parts = { '/settings/:part': 'accounts/settings-page.tsx', '/admin/:part': 'admin/admin-page.tsx' }
  return [
    ...routes.filter((route) => !(route in parts) && route !== '/feeds/:feed'),
    ...Object.entries(parts).flatMap(([route, file]) => partsOf(file).map((part) => route.replace(':part', part))),
    ...feedNames.map((feed) => `/feeds/${feed}`),
  ]
}

function partsOf(file: string): string[] {
  const [, body = ''] = /const parts = \{([^}]*)\}/.exec(sourceOf(file)) ?? []
  return [...body.matchAll(/(\w+):/g)].map(([, name]) => name ?? '')
}

function sourceOf(file: string): string {
  return readFileSync(join(web, file), 'utf8')
}

/** The first of each is what one comes to without its name. */
const withoutName: Readonly<Record<string, string>> = {
  '/settings/profile': '/settings',
  '/admin/people': '/admin',
  '/feeds/all': '/',
}

function isLooked(address: string): boolean {
  const wanted = new RegExp(`^${(withoutName[address] ?? address).replaceAll(/:\w+/g, '[^/]+')}$`)
  return looked.some((path) => wanted.test(path))
}

test('every address of the client, every part of its pages and every feed is a view', (t) => {
  const all = addresses()
  t.true(all.length > 20)
  for (const known of ['/rooms/:id/receipt', '/settings/security', '/admin/jobs', '/feeds/popular']) {
    t.true(all.includes(known), `${known} is not found in the source`)
  }

  t.deepEqual(
    all.filter((address) => !isLooked(address)),
    [],
  )
})

test('an address that nobody looks at would be told', (t) => {
  t.true(isLooked('/people/:username'))
  t.false(isLooked('/people/:username/no_such_list'))
  t.false(isLooked('/settings/no_such_part'))
})
