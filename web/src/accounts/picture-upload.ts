import { ApiProblem } from '../api/problem.ts'
import { pause } from '../api/patience.ts'
import { api, me } from '../shell/session.ts'

/** How often a picture is asked for again while its files are being made. */
const tries = 30

/** Sends a picture and shows it with my name once its files are there. Tells how far the sending is, 0 to 1. Errors: `ApiProblem`. */
export async function wearPicture(file: Blob, onProgress: (share: number) => void): Promise<void> {
  const { id } = await api.media.upload(file, { idempotencyKey: crypto.randomUUID(), onProgress })
  await show(id)
  me.value = await api.accounts.me()
}

async function show(id: string): Promise<void> {
  for (let left = tries; ; left -= 1) {
    try {
      return await api.accounts.showPicture(id)
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.code !== 'not_ready' || left === 0) throw error
      await pause((error.retryAfter ?? 1) * 1000)
    }
  }
}

export async function takeOffPicture(): Promise<void> {
  await api.accounts.removePicture()
  me.value = await api.accounts.me()
}
