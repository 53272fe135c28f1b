import type { ListObjectsCommandOutput, S3Client } from '@aws-sdk/client-s3'
import { foreverCached, isName, markName, requireName } from './storage.ts'
import type { ListedFile, Shelf, Storage, StoredFile } from './storage.ts'

export interface S3Options {
  /** Of the service; without it that of AWS. */
  endpoint: string | undefined
  region: string
  bucket: string
  /** Without it the SDK looks for what the machine was given. */
  keys: { accessKeyId: string; secretAccessKey: string } | undefined
  addressing: 'host' | 'path'
  /** Names in one answer to a list; the most of S3 unless said otherwise. */
  namesAtOnce?: number
}

type Sdk = typeof import('@aws-sdk/client-s3')

const mostNamesAtOnce = 1000
const uncached = 'private, no-store'

/** The SDK is large: only who keeps pictures in a bucket loads it. */
export async function openS3Storage(options: S3Options): Promise<Storage> {
  const sdk = await import('@aws-sdk/client-s3')
  const client = new sdk.S3Client({
    region: options.region,
    forcePathStyle: options.addressing === 'path',
    maxAttempts: 3,
    // Services other than AWS do not all know the checksums that the SDK would add by itself.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { connectionTimeout: 3000, requestTimeout: 20_000 },
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    ...(options.keys === undefined ? {} : { credentials: options.keys }),
  })
  return new S3Storage(sdk, client, options)
}

/** A bucket of which `public/*` may be read by everybody, and nothing else by anybody. */
class S3Storage implements Storage {
  readonly #sdk: Sdk
  readonly #client: S3Client
  readonly #bucket: string
  readonly #namesAtOnce: number

  constructor(sdk: Sdk, client: S3Client, { bucket, namesAtOnce = mostNamesAtOnce }: S3Options) {
    this.#sdk = sdk
    this.#client = client
    this.#bucket = bucket
    this.#namesAtOnce = namesAtOnce
  }

  async put(file: StoredFile, { bytes, type }: { bytes: Buffer; type: string }): Promise<void> {
    await this.#put(keyOf(file), { bytes, type, caching: file.shelf === 'public' ? foreverCached : uncached })
  }

  async get(file: StoredFile): Promise<Buffer | undefined> {
    return this.#get(keyOf(file))
  }

  /** One by one: the bulk request of S3 is not known to every service, and wants a checksum that some refuse. */
  async remove(files: readonly StoredFile[]): Promise<void> {
    for (const file of files)
      await this.#client.send(new this.#sdk.DeleteObjectCommand({ Bucket: this.#bucket, Key: keyOf(file) }))
  }

  /** By the first version of the request, which every service knows, and which goes on after a name and not after a token. */
  async list(shelf: Shelf, beginning: string): Promise<ListedFile[]> {
    const files: ListedFile[] = []
    for (let after: string | undefined; ; after = `${shelf}/${files.at(-1)?.name}`) {
      const page = await this.#page(`${shelf}/${beginning}`, { atOnce: this.#namesAtOnce, after })
      for (const { Key, LastModified } of page.Contents ?? []) {
        // One that does not say when it came is as young as can be.
        const ageMs = LastModified === undefined ? 0 : Date.now() - LastModified.getTime()
        if (Key !== undefined) files.push({ name: Key.slice(shelf.length + 1), ageMs })
      }
      if (page.IsTruncated !== true || page.Contents === undefined) return files.filter(({ name }) => isName(name))
    }
  }

  async isEmpty(): Promise<boolean> {
    for (const shelf of ['public', 'private']) {
      const { Contents } = await this.#page(`${shelf}/`, { atOnce: 1, after: undefined })
      if (Contents !== undefined && Contents.length > 0) return false
    }
    return true
  }

  async mark(): Promise<string | undefined> {
    return (await this.#get(markName))?.toString()
  }

  async setMark(text: string): Promise<void> {
    await this.#put(markName, { bytes: Buffer.from(text), type: 'application/json', caching: uncached })
  }

  /** A bucket never shows half an object. */
  async tidy(): Promise<void> {}

  close(): void {
    this.#client.destroy()
  }

  async #put(key: string, { bytes, type, caching }: { bytes: Buffer; type: string; caching: string }): Promise<void> {
    await this.#client.send(
      new this.#sdk.PutObjectCommand({
        ...{ Bucket: this.#bucket, Key: key, Body: bytes, ContentType: type },
        CacheControl: caching,
        ContentDisposition: 'inline',
      }),
    )
  }

  async #get(key: string): Promise<Buffer | undefined> {
    try {
      const { Body } = await this.#client.send(new this.#sdk.GetObjectCommand({ Bucket: this.#bucket, Key: key }))
      return Body === undefined ? undefined : Buffer.from(await Body.transformToByteArray())
    } catch (error) {
      if (error instanceof this.#sdk.NoSuchKey) return undefined
      throw error
    }
  }

  #page(
    prefix: string,
    { atOnce, after }: { atOnce: number; after: string | undefined },
  ): Promise<ListObjectsCommandOutput> {
    return this.#client.send(
      new this.#sdk.ListObjectsCommand({ Bucket: this.#bucket, Prefix: prefix, MaxKeys: atOnce, Marker: after }),
    )
  }
}

function keyOf({ shelf, name }: StoredFile): string {
  return `${shelf}/${requireName(name)}`
}
