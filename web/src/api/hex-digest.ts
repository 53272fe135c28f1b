const encoder = new TextEncoder()

/** Of bytes, or of the UTF-8 of a text, in lower-case hexadecimal. */
export async function hexDigest(algorithm: 'SHA-1' | 'SHA-256', of: string | Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = await crypto.subtle.digest(algorithm, typeof of === 'string' ? encoder.encode(of) : of)
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
