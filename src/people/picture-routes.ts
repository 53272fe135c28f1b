import { z } from 'zod'
import { nothing, route } from '../platform/http/route.ts'
import type { Route } from '../platform/http/route.ts'
import { idPattern, parseId } from '../platform/ids.ts'
import type { MediaId } from '../platform/ids.ts'
import { removePicture, wearPicture } from './pictures.ts'
import type { PictureParts } from './pictures.ts'

const mediaId = z
  .string()
  .transform((text, context): MediaId => {
    const id = parseId<MediaId>(text)
    if (id !== undefined) return id
    context.addIssue({ code: 'custom', message: 'Not an id' })
    return z.NEVER
  })
  .meta({ description: 'Id of an own, unused picture', pattern: idPattern.source })

export function pictureRoutes(parts: PictureParts): Route[] {
  return [
    route({
      method: 'PUT',
      path: '/v1/me/picture',
      summary: 'Show a picture of mine with my name; `not_ready` until its files are there. The one before goes',
      access: 'member',
      problems: ['not_ready'],
      body: z.strictObject({ media: mediaId }),
      answers: { 204: nothing },
      async handle({ viewer, body }) {
        await wearPicture(parts, viewer.account, body.media)
        return { status: 204 }
      },
    }),
    route({
      method: 'DELETE',
      path: '/v1/me/picture',
      summary: 'Show no picture with my name',
      access: 'member',
      problems: [],
      answers: { 204: nothing },
      async handle({ viewer }) {
        await removePicture(parts, viewer.account)
        return { status: 204 }
      },
    }),
  ]
}
