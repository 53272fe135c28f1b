import type { CrowdReport } from '../clients/crowd.ts'
import type { Figures } from '../contract.ts'
import { loadBusy } from '../processor-time.ts'
import { percentile } from '../ratios.ts'
import type { Storing } from './storing.ts'

/**
 * What a round came to, of what its clients saw and what its processes used, by part; and of what had to be stored afterwards, where that is not done when a message is answered. `stored…` is with that.
 */
export function figuresOf(report: CrowdReport, used: Readonly<Record<string, number>>, storing?: Storing): Figures {
  const { deliveries, acknowledged, seconds, latenciesMs } = report
  const ofNode = Object.entries(used).filter(([part]) => /^(server|worker)-/.test(part))
  const sum = (parts: readonly (readonly [string, number])[]): number =>
    parts.reduce((total, [, each]) => total + each, 0)
  const all = sum(Object.entries(used))
  const withStoring = all + (storing?.cpuSeconds ?? 0)
  return {
    deliveriesPerSecond: deliveries / seconds,
    messagesPerSecond: acknowledged / seconds,
    cpuMicrosPerDelivery: (all * 1_000_000) / deliveries,
    nodeCpuMicrosPerDelivery: (sum(ofNode) * 1_000_000) / deliveries,
    firstServerCpuMicrosPerDelivery: ((used['server-1'] ?? 0) * 1_000_000) / deliveries,
    cpuMicrosPerMessage: (all * 1_000_000) / acknowledged,
    storedCpuMicrosPerDelivery: (withStoring * 1_000_000) / deliveries,
    storedCpuMicrosPerMessage: (withStoring * 1_000_000) / acknowledged,
    ...(storing === undefined ? {} : storingFigures(report, storing)),
    p50Ms: percentile(latenciesMs, 0.5),
    p95Ms: percentile(latenciesMs, 0.95),
    p99Ms: percentile(latenciesMs, 0.99),
    ...Object.fromEntries(Object.entries(used).map(([part, each]) => [`${part} percent`, (each / seconds) * 100])),
    [loadBusy]: report.busiest * 100,
    lost: report.missing,
    doubled: report.duplicates,
    overtaken: report.overtaken,
    'rooms heard in different orders': report.roomsInDisorder,
  }
}

function storingFigures({ acknowledged, seconds }: CrowdReport, storing: Storing): Figures {
  return {
    storingMicrosPerMessage: (storing.cpuSeconds * 1_000_000) / acknowledged,
    storingSeconds: storing.seconds,
    // As if nobody had spoken meanwhile: less than what can go on for ever.
    storedMessagesPerSecond: acknowledged / (seconds + storing.seconds),
  }
}

/** What Madang must never do. The peers do not promise it: theirs is counted and shown. */
export function requireLedger(report: CrowdReport): void {
  const { missing, duplicates, overtaken, roomsInDisorder, sent, acknowledged } = report
  const faults = [
    missing > 0 ? `${missing} deliveries or acknowledgements are missing` : undefined,
    duplicates > 0 ? `${duplicates} deliveries came twice` : undefined,
    overtaken > 0 ? `${overtaken} messages came before earlier ones of their senders` : undefined,
    roomsInDisorder > 0 ? `the listeners of ${roomsInDisorder} rooms heard different orders` : undefined,
    sent === acknowledged ? undefined : `${acknowledged} of ${sent} messages were acknowledged`,
  ].filter((fault) => fault !== undefined)
  if (faults.length > 0) throw new Error(`Madang broke its promise: ${faults.join('; ')}`)
}
