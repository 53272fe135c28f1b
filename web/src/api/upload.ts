import { ApiProblem, problemOf, problemOfStatus } from './problem.ts'
import type { ProblemDocument } from './problem.ts'
import type { Picture } from './types.ts'

export interface Uploading {
  idempotencyKey: string
  /** Told how far it is, 0 to 1. At 1 all has been sent and the server looks at the picture. */
  onProgress?: (part: number) => void
  signal?: AbortSignal
}
type Request = Uploading & { headers: Readonly<Record<string, string>> }

/** So long nothing may move: no byte of the file, and then no answer. Whoever waits for a dead network would wait for ever. */
const stillMs = 60_000

/** By XMLHttpRequest where there is one: `fetch` does not tell how far a request body is. */
export function uploadWithProgress(url: string, file: Blob, request: Request): Promise<Picture> {
  return typeof XMLHttpRequest === 'undefined' ? byFetch(url, file, request) : byXhr(url, file, request)
}

async function byFetch(url: string, file: Blob, { headers, idempotencyKey, signal, onProgress }: Request) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...headers, accept: 'application/json', 'idempotency-key': idempotencyKey },
    body: formOf(file),
    ...(signal === undefined ? {} : { signal }),
  }).catch((error: unknown) => {
    throw signal?.aborted === true ? error : new ApiProblem({ code: 'offline' })
  })
  if (!response.ok) throw await problemOf(response)
  onProgress?.(1)
  return (await response.json()) as Picture
}

function byXhr(url: string, file: Blob, { headers, idempotencyKey, signal, onProgress }: Request): Promise<Picture> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(signal.reason)
    const xhr = new XMLHttpRequest()
    xhr.open('POST', url)
    xhr.setRequestHeader('accept', 'application/json')
    xhr.setRequestHeader('idempotency-key', idempotencyKey)
    for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value)
    let stillness = setTimeout(giveUp, stillMs)
    const moved = (): void => {
      clearTimeout(stillness)
      stillness = setTimeout(giveUp, stillMs)
    }
    xhr.upload.addEventListener('progress', ({ loaded, total }) => {
      moved()
      onProgress?.(total === 0 ? 0 : loaded / total)
    })
    xhr.addEventListener('load', () =>
      xhr.status === 201 ? resolve(JSON.parse(xhr.responseText) as Picture) : reject(refusalIn(xhr)),
    )
    xhr.addEventListener('error', () => reject(new ApiProblem({ code: 'offline' })))
    xhr.addEventListener('abort', () => reject(signal?.reason))
    const abort = (): void => xhr.abort()
    function giveUp(): void {
      reject(new ApiProblem({ code: 'offline' }))
      xhr.abort()
    }
    signal?.addEventListener('abort', abort, { once: true })
    xhr.addEventListener('loadend', () => {
      clearTimeout(stillness)
      signal?.removeEventListener('abort', abort)
    })
    xhr.send(formOf(file))
  })
}

function formOf(file: Blob): FormData {
  const form = new FormData()
  form.append('file', file)
  return form
}

function refusalIn(xhr: XMLHttpRequest): ApiProblem {
  const type = xhr.getResponseHeader('content-type') ?? ''
  if (type.startsWith('application/problem+json'))
    return new ApiProblem(JSON.parse(xhr.responseText) as ProblemDocument)
  return problemOfStatus(xhr.status, xhr.getResponseHeader('retry-after'))
}
