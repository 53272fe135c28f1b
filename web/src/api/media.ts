import type { Http } from './http.ts'
import { ApiProblem } from './problem.ts'
import type { Picture } from './types.ts'
import { uploadWithProgress } from './upload.ts'
import type { Uploading } from './upload.ts'
import type { SessionKeeper } from './session-keeper.ts'

/** Pictures of mine. Errors of all: `ApiProblem`. */
export function mediaApi(http: Http, session: SessionKeeper) {
  return {
    picture: (id: string) => http.ask<Picture>(`/v1/media/${encodeURIComponent(id)}`),
    /**
     * Sends one file and tells how far it is, 0 to 1. `idempotencyKey` is the same for every repeat of the same file, which then is kept once.
     * Rejects with the signal's reason when it was given up.
     */
    async upload(file: Blob, uploading: Uploading): Promise<Picture> {
      const send = () => uploadWithProgress(http.url('/v1/media'), file, { ...uploading, headers: session.headers() })
      const { keptAt } = session
      try {
        return await send()
      } catch (error) {
        const hasExpired = error instanceof ApiProblem && error.code === 'session_expired'
        if (!hasExpired || !(await http.refresh(keptAt))) throw error
        return send()
      }
    },
  }
}
