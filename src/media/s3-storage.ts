import type { ListObjectsV2CommandOutput, S3Client } from '@aws-sdk/client-s3'
import { foreverCached } from './storage.ts'
import type { Shelf, Storage, StoredFile } from './storage.ts'

export interface S3Options {
  /** Of the service; without it that of AWS. */
  endpoint: string | undefined
  region: string
  bucket: string
  /** Without it the SDK looks for what the machine was given. */
  keys: { accessKeyId: string; secretAccessKey: string } | undefined
  addressing: 'host' | 'path'
}

type Sdk = typeof import('@aws-sdk/client-s3')

const mostAtOnce = 1000

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
  return new S3Storage(sdk, client, options.bucket)
}

/** A bucket of which `public/*` may be read by everybody, and nothing else by anybody. */
class S3Storage implements Storage {
  readonly #sdk: Sdk
  readonly #client: S3Client
  readonly #bucket: string

  constructor(sdk: Sdk, client: S3Client, bucket: string) {
    this.#sdk = sdk
    this.#client = client
    this.#bucket = bucket
  }

  async put(file: StoredFile, { bytes, type }: { bytes: Buffer; type: string }): Promise<void> {
    await this.#client.send(
      new this.#sdk.PutObjectCommand({
        ...this.#object(file),
        Body: bytes,
        ContentType: type,
        CacheControl: file.shelf === 'public' ? foreverCached : 'private, no-store',
        ContentDisposition: 'inline',
      }),
    )
  }

  async get(file: StoredFile): Promise<Buffer | undefined> {
    try {
      const { Body } = await this.#client.send(new this.#sdk.GetObjectCommand(this.#object(file)))
      return Body === undefined ? undefined : Buffer.from(await Body.transformToByteArray())
    } catch (error) {
      if (error instanceof this.#sdk.NoSuchKey) return undefined
      throw error
    }
  }

  /** One by one: the bulk request of S3 is not known to every service, and wants a checksum that some refuse. */
  async remove(files: readonly StoredFile[]): Promise<void> {
    for (const file of files) await this.#client.send(new this.#sdk.DeleteObjectCommand(this.#object(file)))
  }

  async list(shelf: Shelf, beginning: string): Promise<string[]> {
    const names: string[] = []
    let from: string | undefined
    do {
      const page: ListObjectsV2CommandOutput = await this.#client.send(
        new this.#sdk.ListObjectsV2Command({
          Bucket: this.#bucket,
          Prefix: `${shelf}/${beginning}`,
          MaxKeys: mostAtOnce,
          ContinuationToken: from,
        }),
      )
      for (const { Key } of page.Contents ?? []) if (Key !== undefined) names.push(Key.slice(shelf.length + 1))
      from = page.NextContinuationToken
    } while (from !== undefined)
    return names
  }

  /** A bucket never shows half an object. */
  async tidy(): Promise<void> {}

  close(): void {
    this.#client.destroy()
  }

  #object({ shelf, name }: StoredFile): { Bucket: string; Key: string } {
    return { Bucket: this.#bucket, Key: `${shelf}/${name}` }
  }
}
