import type { Accounts } from '../accounts/index.ts'
import type { Media, MediaUse } from '../media/index.ts'
import { Problem } from '../platform/errors.ts'
import type { AccountId, MediaId } from '../platform/ids.ts'
import { inTransaction } from '../platform/mysql.ts'
import type { Sql } from '../platform/mysql.ts'

const retrySeconds = 2

export interface PictureParts {
  sql: Sql
  accounts: Pick<Accounts, 'lockPicture' | 'setPicture' | 'profileChanged'>
  media: Pick<Media, 'claim' | 'release' | 'views' | 'nameOf'>
}

/**
 * Makes a picture that of a profile and gives the one before up, both or neither. Repeatable. Errors: `bad_input` for a picture
 * that cannot be taken, `not_ready` while its files are being made: a profile never shows what is not there.
 */
export async function wearPicture(parts: PictureParts, account: AccountId, id: MediaId): Promise<void> {
  const { accounts, media } = parts
  const use = useOf(account)
  await inTransaction(parts.sql, async (trx) => {
    const before = await accounts.lockPicture(trx, account)
    if (before === id) return
    await media.claim(trx, { owner: account, ids: [id], use, pointer: () => '/media' })
    const view = (await media.views(trx, [id])).get(id)
    const name = await media.nameOf(trx, id)
    if (view?.state !== 'ready' || name === undefined) throw new Problem('not_ready', { retryAfter: retrySeconds })
    await accounts.setPicture(trx, account, { id, name })
    if (before !== undefined) await media.release(trx, use, [before])
  })
  await accounts.profileChanged(account)
}

export async function removePicture(parts: PictureParts, account: AccountId): Promise<void> {
  const { accounts, media } = parts
  await inTransaction(parts.sql, async (trx) => {
    const before = await accounts.lockPicture(trx, account)
    if (before === undefined) return
    await accounts.setPicture(trx, account, undefined)
    await media.release(trx, useOf(account), [before])
  })
  await accounts.profileChanged(account)
}

function useOf(account: AccountId): MediaUse {
  return { type: 'profile', id: account }
}
