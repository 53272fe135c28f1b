import test from 'ava'
import { countBytes } from './count-bytes.ts'

/** What a tenth more than is seen would be: thousands of lines wait for Redis at once, and what stays of each of them is copied by every collection meanwhile. */
const mostBytes = { allocated: 6450, alive: 920 }

test('a line allocates little from its frame to its acknowledgement, and keeps little while the ledger has it', async (t) => {
  const bytes = (await countBytes('spoken-allocations.ts')) as typeof mostBytes

  t.log(bytes)
  t.true(bytes.allocated >= 0 && bytes.allocated <= mostBytes.allocated, `${bytes.allocated} B a line`)
  t.true(bytes.alive >= 0 && bytes.alive <= mostBytes.alive, `${bytes.alive} B of a line that waits`)
})
