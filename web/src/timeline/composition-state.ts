import { effect } from '@preact/signals'
import { Uploads } from '../pictures/uploads.ts'
import { api, me } from '../shell/session.ts'
import { Composition } from './composition.ts'
import { draftKeeper, onKeyTaken, onPostTaken, readDraft } from './draft.ts'
import { mostPictures } from './limits.ts'

let kept: { account: string; composition: Composition; leave: () => void } | undefined

/**
 * What this account is writing. It outlives the page it is written on: pictures go on being sent, and a post that is on its way ends
 * its draft wherever one looks meanwhile.
 */
export function compositionOf(account: string): Composition {
  if (kept?.account !== account) {
    kept?.leave()
    const composition = newComposition(account)
    const stops = [
      onPostTaken(account, (taken) => composition.tellTaken(taken)),
      onKeyTaken(account, (key) => composition.tellKeyTaken(key)),
    ]
    const leave = (): void => {
      for (const stop of stops) stop()
      composition.giveUp()
    }
    kept = { account, composition, leave }
  }
  return kept.composition
}

function newComposition(account: string): Composition {
  const begun = readDraft(account)
  return new Composition({
    draft: begun,
    uploads: new Uploads({ upload: (file, uploading) => api.media.upload(file, uploading), most: mostPictures }),
    send: (draft, key) => api.timeline.create(draft, key),
    keep: draftKeeper(account, begun),
  })
}

/** It goes with the account; the draft that is kept stays for when they come back. */
effect(() => {
  const account = me.value?.id
  if (kept === undefined || account === kept.account) return
  kept.leave()
  kept = undefined
})
