import { startStack } from '../../test/support/stack.ts'
import { runTool } from '../../tools/problem.ts'

/**
 * npm run audit:timing   how long a sign-in takes that is refused, for a name that is there and one that is not.
 *
 * A report for a quiet machine, and no test: that the work is the same is counted in test/accounts.
 */
const rounds = 200
const password = 'correct horse battery'

async function main(): Promise<number> {
  const stack = await startStack({ PASSWORD_HASHES_AT_ONCE: 1 })
  try {
    const ask = async (path: string, body: object): Promise<number> => {
      const startedAt = performance.now()
      const answer = await fetch(`${stack.address}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      await answer.arrayBuffer()
      return performance.now() - startedAt
    }
    await ask('/v1/accounts', { username: 'alice', password, tokens: 'body' })
    const times = { 'a wrong password': [] as number[], 'an unknown name': [] as number[] }
    for (let round = 0; round < rounds; round += 1) {
      times['a wrong password'].push(await ask('/v1/sessions', { username: 'alice', password: 'not the password' }))
      times['an unknown name'].push(
        await ask('/v1/sessions', { username: 'nobody_here', password: 'not the password' }),
      )
    }
    const [wrong, unknown] = [median(times['a wrong password']), median(times['an unknown name'])]
    const difference = Math.abs(unknown - wrong) / wrong
    process.stdout.write(
      `${rounds} sign-ins each: a wrong password takes ${wrong.toFixed(1)} ms, an unknown name ${unknown.toFixed(1)} ms (medians, ` +
        `${(difference * 100).toFixed(1)}% apart; more than 10% on a quiet machine would tell who has an account)\n`,
    )
    return difference > 0.1 ? 1 : 0
  } finally {
    await stack.stop()
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0
}

await runTool(main)
