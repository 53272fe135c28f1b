import ExifReader from 'exifreader'

/** All that a reader which is not ours finds in a picture beside its pixels, by kind. */
export function metadataOf(bytes: Buffer) {
  // oxlint-disable-next-line import/no-named-as-default-member -- CommonJS that names no exports to Node
  return ExifReader.load(bytes, { expanded: true })
}
