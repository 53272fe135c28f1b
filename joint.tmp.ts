import { startStack } from './test/support/stack.ts'
import { startLoad } from './proof/load/index.ts'
import { limitsForLoad } from './proof/load/limits.ts'
import { History } from './proof/history/history.ts'
import { check, readRecord, readUsedBytes, report, saveRecord, readPublicRecord } from './proof/checker/index.ts'
const fault = process.argv[3]
const stack = await startStack({ ...limitsForLoad, FLUSH_ENTRIES: 50, LOG_LEVEL: 'warn' })
const seed = Number(process.argv[2] ?? 1)
const file = `/tmp/w/hist-${seed}.jsonl`
const history = new History(file)
const before = await readUsedBytes(stack.world.config.REDIS_URL)
const load = await startLoad({ address: stack.address, servers: [stack.serverAddress('server-1'), stack.serverAddress('server-2')], seed, rooms: 4, people: 12, messagesPerSecond: 100, roomLifeMs: 4000, isTimelineIncluded: true,
  grantMentor: async (name) => { await stack.world.sql('accounts').where({ username: name }).update({ role: 'mentor' }) } }, history)
await new Promise((r) => setTimeout(r, 3000))
if (fault) { await stack.kill(fault as never); await stack.start(fault as never) }
await new Promise((r) => setTimeout(r, 4000))
const t0 = Date.now()
await load.finish(20000)
await new Promise((r) => setTimeout(r, 2000))
console.log('finish', Date.now() - t0, load.counts())
await load.stop()
const t = performance.now()
const record = await readRecord(history.lines, { database: stack.world.config.DATABASE_URL, redis: { url: stack.world.config.REDIS_URL, usedBytesBefore: before }, transcriptsFolder: stack.world.config.TRANSCRIPTS_FOLDER, mediaFolder: stack.world.config.MEDIA_FOLDER, isTimelineIncluded: true, logs: (['server-1','server-2','worker-1'] as const).map((name) => ({ name, text: stack.logOf(name) })) })
console.log('read', performance.now() - t)
const t2 = performance.now()
const verdict = check(history.lines, record)
console.log('check', performance.now() - t2, history.lines.length)
await history.close()
saveRecord(`/tmp/w/rec-${seed}.json`, record)
console.log(report(verdict))
await stack.stop()
process.exit(0)
