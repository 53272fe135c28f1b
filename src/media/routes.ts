import { createHash } from 'node:crypto'
import { z } from 'zod'
import { crashPoint } from '../platform/crash-point.ts'
import { Problem } from '../platform/errors.ts'
import type { Limit } from '../platform/http/rate-limit.ts'
import { route } from '../platform/http/route.ts'
import type { Route } from '../platform/http/route.ts'
import type { Turns } from '../platform/turns.ts'
import { idPattern, parseId } from '../platform/ids.ts'
import type { AccountId, MediaId } from '../platform/ids.ts'
import { pictureView } from './contract.ts'
import type { PictureView } from './contract.ts'
import { keepPicture } from './keep.ts'
import type { KeepParts } from './keep.ts'
import { acceptedTypes, inspectPicture } from './picture.ts'
import type { RenderJob } from './render-queue.ts'
import { pictureById } from './store.ts'
import type { Picture } from './store.ts'
import { createUploadReader } from './upload.ts'
import { presentPicture } from './views.ts'

export interface RouteParts extends KeepParts {
  baseUrl: string
  maxBytes: number
  maxPixels: number
  uploads: Limit
  turns: Turns
  ring(job: RenderJob): Promise<unknown>
}

const field = 'file'
const mediaPath = z.strictObject({ id: z.string().regex(idPattern, 'Not an id').describe('Id of the picture') })

export function mediaRoutes(parts: RouteParts): Route[] {
  return [uploadPicture(parts), showPicture(parts)]
}

function uploadPicture(parts: RouteParts): Route {
  const readUpload = createUploadReader({ field, maxBytes: parts.maxBytes })
  return route({
    method: 'POST',
    path: '/v1/media',
    summary: 'Upload a picture, to be made part of a post, a message or a profile within a day',
    access: 'member',
    problems: ['unsupported_picture', 'broken_picture', 'picture_too_large', 'storage_full'],
    upload: { field, contentTypes: acceptedTypes },
    answers: { 201: pictureView },
    limit: parts.uploads,
    isIdempotent: true,
    async handle({ viewer, raw, once }) {
      // The turn comes before the body, so that no more bodies are in memory than are decoded.
      return parts.turns.take(async () => {
        const bytes = await readUpload(raw)
        const first = await once.begin(createHash('sha256').update(bytes).digest('hex'))
        if (first !== undefined) return { ...first, status: 201, body: pictureView.parse(first.body) }
        const facts = await inspectPicture(bytes, parts)
        const answer = (picture: Picture) => created(parts, picture)
        const settle = (trx: Parameters<typeof once.settle>[0], picture: Picture): Promise<void> =>
          once.settle(trx, answer(picture))
        const picture = await keepPicture(parts, { owner: viewer.account, bytes, facts, settle })
        crashPoint('upload: kept, worker not called')
        await parts.ring({ picture: picture.id })
        return answer(picture)
      })
    },
  })
}

function created(parts: RouteParts, picture: Picture) {
  return { status: 201, headers: { location: `/v1/media/${picture.id}` }, body: present(parts, picture) } as const
}

function showPicture(parts: RouteParts): Route {
  return route({
    method: 'GET',
    path: '/v1/media/:id',
    summary: 'A picture of mine and how far it is; others see pictures where they are part of something',
    access: 'member',
    problems: ['not_found'],
    params: mediaPath,
    answers: { 200: pictureView },
    hasEtag: true,
    async handle({ viewer, params }) {
      return { status: 200, body: present(parts, await ownPicture(parts, viewer.account, params.id)) }
    },
  })
}

async function ownPicture({ sql }: RouteParts, owner: AccountId, text: string): Promise<Picture> {
  const id = parseId<MediaId>(text)
  const picture = id === undefined ? undefined : await pictureById(sql, id)
  if (picture === undefined || picture.owner !== owner) throw new Problem('not_found')
  return picture
}

function present({ baseUrl }: RouteParts, picture: Picture): PictureView {
  const view = presentPicture(baseUrl, picture)
  if (view === undefined) throw new Problem('not_found')
  return view
}
