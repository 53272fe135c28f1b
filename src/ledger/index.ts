import { ConfigError } from '../config.ts'
import type { Config } from '../config.ts'
import type { Broker } from '../platform/broker.ts'
import { crashPoint } from '../platform/crash-point.ts'
import { Problem } from '../platform/errors.ts'
import type { Log } from '../platform/log.ts'
import { Metrics } from '../platform/metrics.ts'
import type { Sql } from '../platform/mysql.ts'
import { Doorbell } from '../platform/queue.ts'
import type { Redis } from '../platform/redis.ts'
import { Appender } from './appender.ts'
import type { AppendLimits, AppendReply } from './buffer.ts'
import { Budget } from './budget.ts'
import { allowsBulk } from './bulk-store.ts'
import { acceptQuarantine, closeRoom, retryClosing } from './closing.ts'
import { closingOf, closingsBefore } from './closing-store.ts'
import type { Ledger, RoomsPort } from './contract.ts'
import type { Durability } from './durability.ts'
import { Epochs } from './epochs.ts'
import type { FlushParts } from './flush.ts'
import { closeQueue, flushQueue } from './flush-queue.ts'
import type { RoomJob } from './flush-queue.ts'
import { evidenceOf } from './evidence.ts'
import { findingsOf } from './findings.ts'
import { Followers } from './follow.ts'
import { entryAt, headOfRoom, itemsOf, readableEntriesOf, resumeFrom } from './history.ts'
import { inspectClosing } from './inspection.ts'
import { showBudget, tallyAppends, tallyEpochs, tallyWork } from './metrics.ts'
import { Signer, readReceipt } from './receipt.ts'
import { publicKeys } from './record-store.ts'
import type { RecoveryParts } from './recovery.ts'
import { placeOfId } from './place-of-id.ts'
import { insertLedger } from './ledger-store.ts'
import { openTranscript } from './transcript.ts'
import { Witness } from './witness.ts'

export type * from './contract.ts'
export { showBacklog } from './backlog.ts'
export type { Durability } from './durability.ts'
export type { FlushParts as StoringParts } from './flush.ts'
export type { Entry, MembershipChange, NewEntry, Place, RuleChange, Rules, Speak, Taking } from './entry.ts'
export { allTranscripts, goOnFromRows, storeAllRooms } from './backup.ts'
export { readDurability, requireDurability } from './durability.ts'
export { formatPlace, parsePlace, placePattern, samePlace, systemSender } from './entry.ts'
export { NoSuchLedger } from './epochs.ts'
export { legible } from './evidence.ts'
export { closeQueue, flushQueue } from './flush-queue.ts'
export { forgetTranscripts, transcribeAnew } from './transcribing.ts'
export { hashOfTranscript, transcriptFile } from './transcript.ts'

export interface LedgerParts {
  config: Config
  sql: Sql
  /** For everything but appends. */
  redis: Redis
  rooms: RoomsPort
  log: Log
  /** Where it shows its numbers; without it nobody sees them. */
  metrics?: Metrics
}

/** The ledger as a web server has it: append, follow, read, close. */
export function createLedger(parts: LedgerParts & { appendRedis: Redis; broker: Broker }): Ledger {
  const { config, sql, redis, log, metrics = new Metrics() } = parts
  const epochs = new Epochs({ ...parts, epochTally: tallyEpochs(metrics) })
  const flushBell = doorbell(parts, flushQueue)
  const closeBell = doorbell(parts, closeQueue)
  const witness = new Witness({ sql, server: config.SERVER_NAME, everyMs: config.WITNESS_MS, log })
  const budget = new Budget({
    ...{ redis, log, maxBytes: config.REDIS_MAX_BYTES, fullPercent: config.REDIS_FULL_PERCENT },
    everyMs: 2000,
  })
  showBudget(metrics, budget)
  const appender = new Appender({
    ...{ redis: parts.appendRedis, sql, epochs, log, limits: appendLimits(config), tally: tallyAppends(metrics) },
    isOverBudget: () => budget.isOver,
    onAcked: (room, place) => witness.saw(room, place),
    onBuffered: (room, reply) => {
      if (!isWorthAFlush(config, reply)) return
      crashPoint('append: buffer due, worker not called')
      void flushBell.ring({ room })
    },
  })
  const history = { sql, redis, epochs, resumeMaxEntries: config.RESUME_MAX_ENTRIES }
  const headCheckMs = config.HEAD_CHECK_SECONDS * 1000
  const followers = new Followers({ ...history, broker: parts.broker, log, headCheckMs })
  const closing = {
    ...parts,
    epochs,
    retrySeconds: config.CLOSING_RETRY_SECONDS,
    ring: (job: RoomJob) => closeBell.ring(job),
  }

  return {
    create: insertLedger,
    append: (room, entry) => appender.append(room, entry),
    head: (room) => headOfRoom(history, room),
    placeOf: (room, entry) => placeOfId({ sql, redis }, room, entry),
    entryAt: (room, place) => entryAt(history, room, place),
    entries: (room, range) => readableEntriesOf(history, room, range),
    items: (room, page) => itemsOf(history, room, page),
    resume: (room, after, upTo) => resumeFrom(history, room, after, upTo),
    follow: (room, listener) => followers.follow(room, listener),
    close: (room, request) => closeRoom(closing, room, request),
    closing: (room) => closingOf(sql, room),
    closings: ({ before, limit, state, isAccepted }) => closingsBefore(sql, { before, limit, state, isAccepted }),
    retryClosing: (room, within) => retryClosing(closing, room, within),
    acceptQuarantine: (room, acceptance) => acceptQuarantine(sql, room, acceptance),
    inspect: (room) => inspectClosing(parts, room),
    findings: (room, page) => findingsOf(sql, room, page),
    evidence: (room) => evidenceOf(sql, room),
    async receipt(room) {
      const jws = (await closingOf(sql, room))?.receipt
      return jws === undefined ? undefined : { jws, content: readReceipt(jws) }
    },
    async transcript(room, form) {
      const name = (await closingOf(sql, room))?.transcripts[form]
      if (name === undefined) return undefined
      return openTranscript(config.TRANSCRIPTS_FOLDER, name).catch((cause: unknown) => {
        // The operator's to mend: it can be read again then.
        throw new Problem('unavailable', { retryAfter: 60, cause })
      })
    },
    receiptKeys: async () => ({ keys: (await publicKeys(sql)).map((jwk): unknown => JSON.parse(jwk)) }),
    async stop() {
      await followers.stop()
      await budget.stop()
      await witness.stop()
      await Promise.all([flushBell.close(), closeBell.close()])
    },
  }
}

/** What a worker needs to flush, seal and sweep; the jobs are in workers/. */
export async function createLedgerWork(
  parts: LedgerParts & { durability: Durability },
): Promise<RecoveryParts & { stop: () => Promise<void> }> {
  const { config, metrics = new Metrics() } = parts
  if (config.RECEIPT_KEY === undefined) throw new ConfigError('RECEIPT_KEY: a worker cannot seal rooms without it')
  const closeBell = doorbell(parts, closeQueue)
  return {
    ...parts,
    hasBulk: await findBulk(parts),
    ...flushSizes(config),
    epochs: new Epochs({ ...parts, epochTally: tallyEpochs(metrics) }),
    tally: tallyWork(metrics),
    signer: await Signer.fromJwk(config.RECEIPT_KEY),
    ring: (job) => closeBell.ring(job),
    retrySeconds: config.CLOSING_RETRY_SECONDS,
    transcriptsFolder: config.TRANSCRIPTS_FOLDER,
    witnessMs: config.WITNESS_MS,
    rememberSeconds: config.CLOSED_META_SECONDS,
    sweepMs: config.SWEEP_SECONDS * 1000,
    flushAgeMs: config.FLUSH_AGE_SECONDS * 1000,
    sleepAfterSeconds: config.SLEEP_AFTER_SECONDS,
    checkpointEntries: config.CHECKPOINT_ENTRIES,
    stop: () => closeBell.close(),
  }
}

/** What a command needs to store what rooms have buffered. */
export async function createStoring(
  parts: Omit<LedgerParts, 'rooms'> & { rooms: Pick<RoomsPort, 'roster'> },
): Promise<FlushParts> {
  const { config, sql, redis, log } = parts
  return {
    ...{ sql, redis, log },
    hasBulk: await findBulk(parts),
    ...flushSizes(config),
    epochs: new Epochs(parts),
    // Nobody asks a command for its numbers.
    tally: tallyWork(new Metrics()),
  }
}

function flushSizes(
  config: Config,
): Pick<FlushParts, 'sliceEntries' | 'transactionEntries' | 'dueEntries' | 'dueBytes'> {
  return {
    sliceEntries: config.FLUSH_SLICE_ENTRIES,
    transactionEntries: config.FLUSH_TRANSACTION_ENTRIES,
    dueEntries: config.FLUSH_ENTRIES,
    dueBytes: config.FLUSH_BYTES,
  }
}

async function findBulk({ sql, log }: Pick<LedgerParts, 'sql' | 'log'>): Promise<boolean> {
  const hasBulk = await allowsBulk(sql)
  log.info(
    { hasBulk },
    hasBulk ? 'rows are stored by LOAD DATA LOCAL' : 'rows are stored by INSERT: local_infile is off',
  )
  return hasBulk
}

function doorbell(parts: LedgerParts, definition: typeof flushQueue): Doorbell<RoomJob> {
  return new Doorbell({ url: parts.config.QUEUE_REDIS_URL ?? parts.config.REDIS_URL, definition, log: parts.log })
}

function appendLimits(config: Config): Omit<AppendLimits, 'isOverBudget'> {
  return {
    maxEntries: config.BUFFER_MAX_ENTRIES,
    maxBytes: config.BUFFER_MAX_BYTES,
    sentMaxIds: config.SENT_MAX_IDS,
    sentMaxMs: config.SENT_MAX_SECONDS * 1000,
  }
}

/** Once for each time that a batch takes the buffer over a multiple of the threshold. */
function isWorthAFlush(config: Config, reply: AppendReply): boolean {
  const kept = reply.answers.filter((answer) => answer.type === 'kept').length
  return (
    crosses(reply.buffered, kept, config.FLUSH_ENTRIES) ||
    crosses(reply.bufferedBytes, reply.addedBytes, config.FLUSH_BYTES)
  )
}

function crosses(total: number, added: number, threshold: number): boolean {
  return Math.floor(total / threshold) > Math.floor((total - added) / threshold)
}
