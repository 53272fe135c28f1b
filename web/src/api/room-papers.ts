import type { Http } from './http.ts'
import type { Closing, KeySet, SignedReceipt } from './types.ts'

/** How a room ends, and what stays of it. `room` is the path of a room. */
export function roomPapers(http: Http, room: (id: string) => string) {
  return {
    /** Afterwards nothing more is accepted; repeating it answers the same. */
    close: (id: string) => http.ask<Closing>(`${room(id)}/close`, { method: 'POST' }),
    closing: (id: string) => http.ask<Closing>(`${room(id)}/closing`),
    /** Error: `not_found` until the closing is final. */
    receipt: (id: string) => http.ask<SignedReceipt>(`${room(id)}/receipt`),
    /** As NDJSON, to be read as it comes. Error: `not_found` until the closing is final, and where it was given up since. */
    transcript: (id: string, signal?: AbortSignal) =>
      http.fetch(`${room(id)}/transcript`, {
        accept: 'application/x-ndjson',
        ...(signal === undefined ? {} : { signal }),
      }),
    /** Where a browser downloads it. */
    transcriptUrl: (id: string) => http.url(`${room(id)}/transcript`),
    /** Every key that ever signed a receipt. */
    receiptKeys: () => http.ask<KeySet>('/.well-known/jwks.json'),
  }
}
