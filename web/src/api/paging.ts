import type { Query } from './http.ts'

export interface Paging {
  /** `page.next` of the page before. */
  cursor?: string | undefined
  /** 20 unless told, at most 100. */
  limit?: number | undefined
}

export function pagingQuery({ cursor, limit }: Paging): Query {
  return { cursor, limit }
}
