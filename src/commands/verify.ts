import { asksForHelp } from './arguments.ts'
import { UnreadableEvidence, readEvidence } from './verify/evidence.ts'
import { exitCodeOf, reportOf } from './verify/report.ts'
import { verifyEvidence } from './verify/verdict.ts'

/** npm run verify: checks a receipt against a transcript and a saved key set, without any server. */
const usage = `npm run verify -- RECEIPT TRANSCRIPT KEYS
  RECEIPT      the receipt: a compact JWS, or the saved answer of GET /v1/rooms/ID/receipt
  TRANSCRIPT   the NDJSON transcript, as GET /v1/rooms/ID/transcript answers it
  KEYS         the saved answer of GET /.well-known/jwks.json
Ends with 0 when everything holds and the room is sealed, 1 when something is broken, 3 when the receipt is
whole but says suspect or quarantined, 2 when it is called wrongly.`

async function main(args: readonly string[]): Promise<number> {
  if (asksForHelp(args)) {
    process.stdout.write(`${usage}\n`)
    return 0
  }
  const [receipt, transcript, keys, ...more] = args
  if (receipt === undefined || transcript === undefined || keys === undefined || more.length > 0) {
    process.stderr.write(`${usage}\n`)
    return 2
  }
  try {
    const verdict = await verifyEvidence(await readEvidence({ receipt, transcript, keys }))
    process.stdout.write(`${reportOf(verdict).join('\n')}\n`)
    return exitCodeOf(verdict)
  } catch (error) {
    if (!(error instanceof UnreadableEvidence)) throw error
    process.stderr.write(`${error.message}\n`)
    return 2
  }
}

process.exitCode = await main(process.argv.slice(2))
