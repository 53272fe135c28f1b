/** What each setting of Redis and MySQL means for the promise: decided from names and values alone. durability.ts reads them. */

export type Settings = ReadonlyMap<string, string>

/** What an acknowledgement means here, as `hello` and receipts say it. */
export type Durability = 'always' | 'everysec' | 'none'

/** The first one that lets a script say that it may run when memory is full. */
const leastRedis = [7, 0] as const

export function redisFaults({
  settings,
  facts,
  durability,
}: {
  settings: Settings | undefined
  facts: Settings
  durability: Durability
}): string[] {
  const faults: string[] = []
  const version = facts.get('redis_version') ?? ''
  if (isOlder(version, leastRedis)) faults.push(`Redis: version ${version} is too old, 7.0 or later is needed`)
  if (facts.get('redis_mode') === 'cluster') {
    faults.push('Redis: this is one of a cluster; servers and workers want one Redis')
  }
  if (facts.get('role') === 'slave') faults.push('Redis: this is a replica, nothing can be written here')
  if (durability !== 'always') {
    faults.push(`Redis: an acknowledged message may be lost with the power (durability is ${durability}, not always)`)
  }
  const policy = settings?.get('maxmemory-policy')
  if (policy !== undefined && policy !== 'noeviction') {
    faults.push(`Redis: maxmemory-policy is ${policy}; anything but noeviction throws messages away`)
  }
  if (settings?.get('no-appendfsync-on-rewrite') === 'yes') {
    faults.push('Redis: no-appendfsync-on-rewrite is on; while the file is rewritten nothing is synced')
  }
  return faults
}

/** Without a bound the kernel ends Redis when memory is full, instead of rooms that answer buffer_full before. */
export function redisAdvice(settings: Settings | undefined, maxBytes: number | undefined): string[] {
  if (settings?.get('maxmemory') !== '0' || maxBytes !== undefined) return []
  return ['Redis: maxmemory is not set, and REDIS_MAX_BYTES neither; nothing keeps buffers below what the machine has']
}

/** A statement of a flush holds 1 MiB of payloads, or one larger one; escaped they may be twice as long. */
const leastPacketBytes = 4 * 1_048_576
const leastMysql = [8, 0] as const
const leastMariadb = [10, 11] as const

/** One readable line for each setting; a setting that this version does not have is no fault. */
export function mysqlFaults(settings: Settings): string[] {
  return [...versionFaults(settings), ...durableFaults(settings), ...sessionFaults(settings)]
}

function versionFaults(settings: Settings): string[] {
  const version = settings.get('version') ?? ''
  const isMariadb = /mariadb/i.test(version)
  const least = isMariadb ? leastMariadb : leastMysql
  if (!isOlder(version, least)) return []
  return [
    `MySQL: version ${version} is too old, ${isMariadb ? 'MariaDB' : 'MySQL'} ${least.join('.')} or later is needed`,
  ]
}

function durableFaults(settings: Settings): string[] {
  const faults: string[] = []
  if (settings.get('innodb_flush_log_at_trx_commit') !== '1')
    faults.push('MySQL: innodb_flush_log_at_trx_commit is not 1; a commit may be lost with the power')
  if (isOn(settings.get('log_bin')) && settings.get('sync_binlog') !== '1') {
    faults.push(
      'MySQL: log_bin is on and sync_binlog is not 1; a commit whose place in that log is lost with the power is rolled back',
    )
  }
  if (/^(nosync|littlesync)$/i.test(settings.get('innodb_flush_method') ?? '')) {
    faults.push(
      `MySQL: innodb_flush_method is ${settings.get('innodb_flush_method')}; nothing is certain to be on disk`,
    )
  }
  if (/^(off|0|detect_only)$/i.test(settings.get('innodb_doublewrite') ?? '')) {
    faults.push('MySQL: innodb_doublewrite is off; a page that was half written when the power went is lost')
  }
  const packet = settings.get('max_allowed_packet')
  if (Number(packet) < leastPacketBytes) {
    faults.push(`MySQL: max_allowed_packet is ${packet}; a flush sends more than that, and would fail for ever`)
  }
  if (isOn(settings.get('read_only'))) faults.push('MySQL: read_only is on: this is a replica, or locked')
  return faults
}

/** They are set on each connection; what stands between us and MySQL may give us one on which they are not. */
function sessionFaults(settings: Settings): string[] {
  const faults: string[] = []
  if (!/STRICT_(ALL|TRANS)_TABLES/.test(settings.get('sql_mode') ?? '')) {
    faults.push('MySQL: the SQL mode is not strict; a row that does not fit would be cut')
  }
  const isolation = settings.get('transaction_isolation') ?? settings.get('tx_isolation')
  const wanted: [string, string | undefined, string][] = [
    ['autocommit', settings.get('autocommit'), 'ON'],
    ['time_zone', settings.get('time_zone'), '+00:00'],
    ['character_set_client', settings.get('character_set_client'), 'utf8mb4'],
    ['transaction isolation', isolation, 'READ-COMMITTED'],
  ]
  for (const [name, value, needed] of wanted) {
    if (value === undefined || value === needed) continue
    faults.push(
      `MySQL: ${name} is ${value} on a connection that was given ${needed}; is there a proxy that shares them?`,
    )
  }
  return faults
}

const isOn = (value: string | undefined): boolean => /^(on|1)$/i.test(value ?? '')

function isOlder(version: string, [major, minor]: readonly [number, number]): boolean {
  const found = /^(\d+)\.(\d+)/.exec(version)
  if (found === null) return false
  const [ownMajor, ownMinor] = [Number(found[1]), Number(found[2])]
  return ownMajor < major || (ownMajor === major && ownMinor < minor)
}
