import test from 'ava'
import { closeRedis } from '../../src/platform/redis.ts'
import { renderOverlay } from '../../tools/kubernetes/render.ts'
import { connectFor } from '../support/connections.ts'
import { componentIn, envOf, mainOf } from '../support/manifests.ts'
import { rendered } from '../support/overlays.ts'
import { worldOf } from '../support/world.ts'
import { run } from './commands.ts'
import type { Ended } from './commands.ts'

/** `migrate` with what the Job of deploy/kubernetes is given, and nothing else. */

const world = worldOf(test, { isMigrated: false, hasLeastPrivilege: false })

/** As the Job would run of an overlay to whose `settings` somebody has added these, on a Redis that hides its own. */
async function migrateAsJob(...settings: string[]): Promise<Ended> {
  const manifests = await renderOverlay(process.env['KUBECTL'] ?? '', 'large', { settings: { settings } })
  const env = Object.entries(envOf(manifests, mainOf(componentIn(manifests, 'migrate')))).map(([name, value]) => {
    const setting = name.replace(/_FILE$/, '')
    return setting === name ? [name, value] : [setting, world().env[setting] ?? '']
  })
  const hidden = world().redis.url.replace('redis://', 'redis://guest:secret@')
  return run('migrate', [], { ...Object.fromEntries(env), REDIS_URL: hidden })
}

rendered('a managed Redis that hides its settings is taken by the word that `settings` has about it', async (t) => {
  const admin = connectFor('commands', world().redis.url)
  t.teardown(() => closeRedis(admin))
  await admin.call('ACL', 'SETUSER', 'guest', 'on', '>secret', '~*', '&*', '+@all', '-config')

  const unsaid = await migrateAsJob()
  const weak = await migrateAsJob('REDIS_DURABILITY=everysec')
  const accepted = await migrateAsJob('REDIS_DURABILITY=always')

  for (const { code, said } of [unsaid, weak]) {
    t.is(code, 1)
    t.regex(said, /^Messages could be lost here:\n {2}Redis/)
  }
  t.is(accepted.code, 0, accepted.said)
  t.regex(accepted.said, /^applying 001_accounts\n/)
})
