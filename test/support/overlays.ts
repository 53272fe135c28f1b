import ava from 'ava'
import type { TestFn } from 'ava'
import { overlayNames, renderOverlay } from '../../tools/kubernetes/render.ts'
import type { Manifest } from '../../tools/kubernetes/render.ts'

const kubectl = process.env['KUBECTL'] ?? ''

/** For what needs kubectl: skipped where there is none, which is an error in CI. */
export const rendered = kubectl === '' ? ava.skip : ava

/** What each overlay of deploy/kubernetes sends, once the tests of a file run; nothing where there is no kubectl. */
export function overlaysOf(test: TestFn): ReadonlyMap<string, readonly Manifest[]> {
  const overlays = new Map<string, readonly Manifest[]>()
  test.before('what the overlays send', async () => {
    if (kubectl === '') return
    for (const name of overlayNames()) overlays.set(name, await renderOverlay(kubectl, name))
  })
  return overlays
}
