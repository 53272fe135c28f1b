import { Problem } from '../platform/errors.ts'
import type { InputFault } from '../platform/errors.ts'
import type { AccountId, MediaId } from '../platform/ids.ts'
import type { Sql } from '../platform/mysql.ts'
import type { MediaUse } from './contract.ts'
import { lockPictures, markReleased, setUse } from './store.ts'
import type { Picture } from './store.ts'

export interface Claim {
  owner: AccountId
  ids: readonly MediaId[]
  use: MediaUse
  pointer: (index: number) => string
}

/** Of two who claim one picture, the later finds it in use. Another person's is not there. */
export async function claimPictures(trx: Sql, { owner, ids, use, pointer }: Claim): Promise<void> {
  const pictures = new Map((await lockPictures(trx, [...new Set(ids)])).map((picture) => [picture.id, picture]))
  const errors = ids.flatMap((id, index): InputFault[] => {
    const fault = ids.indexOf(id) < index ? 'named_twice' : faultOf(pictures.get(id), owner)
    return fault === undefined ? [] : [{ pointer: pointer(index), code: fault, detail: details[fault] }]
  })
  if (errors.length > 0) throw new Problem('bad_input', { errors })
  await setUse(trx, ids, use)
}

const details = {
  no_such_picture: 'There is no such picture of yours',
  picture_in_use: 'This picture is part of something already',
  picture_failed: 'This picture could not be processed',
  named_twice: 'This picture is named twice',
} as const

function faultOf(picture: Picture | undefined, owner: AccountId): keyof typeof details | undefined {
  if (picture === undefined || picture.owner !== owner) return 'no_such_picture'
  if (picture.state === 'uploading' || picture.state === 'released') return 'no_such_picture'
  if (picture.use !== undefined) return 'picture_in_use'
  return picture.state === 'failed' ? 'picture_failed' : undefined
}

export async function releasePictures(trx: Sql, use: MediaUse, ids: readonly MediaId[]): Promise<void> {
  const pictures = await lockPictures(trx, ids)
  const isOfThisUse = ({ use: present, state }: Picture): boolean =>
    present?.type === use.type && present.id === use.id && state !== 'released'
  await markReleased(
    trx,
    pictures.filter(isOfThisUse).map(({ id }) => id),
  )
}
