/** The client's own library as a page in a real browser gets it: bundled from here by the tests that need one. */
export { createClient } from '../../web/src/api/client.ts'
export type { Client } from '../../web/src/api/client.ts'
export { openLive } from '../../web/src/api/live-client.ts'
export { browserStorage } from '../../web/src/api/outbox-idb.ts'
export { verifyReceipt } from '../../web/src/api/receipt.ts'
export { uuidv7 } from '../../web/src/api/uuidv7.ts'
