import { ApiProblem } from '../api/problem.ts'
import { pause } from '../api/patience.ts'
import { randomId } from '../api/random-id.ts'
import { api, me } from '../shell/session.ts'

const lookAgainMs = 500
/** A worker makes the files of a picture in less than a second; after this long it is down. */
const patienceMs = 60_000

/** Sends a picture and shows it with my name once its files are there. Tells how far the sending is, 0 to 1. Errors: `ApiProblem`. */
export async function wearPicture(file: Blob, onProgress: (share: number) => void): Promise<void> {
  const { id } = await api.media.upload(file, { idempotencyKey: randomId(), onProgress })
  await untilReady(id)
  await api.accounts.showPicture(id)
  me.value = await api.accounts.me()
}

/** Asks how far it is instead of trying, which would be refused and stand as an error in the browser's console. */
async function untilReady(id: string): Promise<void> {
  const deadline = Date.now() + patienceMs
  for (;;) {
    const { state } = await api.media.picture(id)
    if (state === 'ready') return
    if (state === 'failed') throw new ApiProblem({ code: 'broken_picture' })
    if (Date.now() > deadline) throw new ApiProblem({ code: 'not_ready' })
    await pause(lookAgainMs)
  }
}

export async function takeOffPicture(): Promise<void> {
  await api.accounts.removePicture()
  me.value = await api.accounts.me()
}
