/** A PNG is a signature and chunks: length, type, content, sum. */
const signature = Buffer.from('89504e470d0a1a0a', 'hex')
const typeAt = 4
const wrapping = 12

/** Words beside the pixels, some of them packed. Nothing of ours shows them. */
const texts = new Set(['tEXt', 'zTXt', 'iTXt'].map((type) => Buffer.from(type, 'latin1').readUInt32BE()))

/**
 * The same PNG without what is written in it; anything else as it came. The decoder unpacks every text by itself, as many as there
 * are, before the first pixel: a quarter of a megabyte of them takes gigabytes of memory.
 */
export function withoutPngTexts(bytes: Buffer): Buffer {
  if (!bytes.subarray(0, signature.length).equals(signature)) return bytes
  const kept = Buffer.allocUnsafe(bytes.length)
  let length = bytes.copy(kept, 0, 0, signature.length)
  let at = signature.length
  while (at + wrapping <= bytes.length) {
    const end = at + wrapping + bytes.readUInt32BE(at)
    if (!texts.has(bytes.readUInt32BE(at + typeAt))) length += bytes.copy(kept, length, at, end)
    at = end
  }
  if (at < bytes.length) length += bytes.copy(kept, length, at)
  return kept.subarray(0, length)
}
