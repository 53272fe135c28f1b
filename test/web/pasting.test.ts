import test from 'ava'
import { isCopiedText } from '../../web/src/pictures/copied-words.ts'

const files = (...names: string[]) => names.map((name) => ({ name }))

test('words of an office program are words, though a picture of them comes along', (t) => {
  t.true(isCopiedText('감나무\t3\r\n대추나무\t5', files('image.png')))
  t.true(isCopiedText('a line of a letter', files('image.png')))
})

test('a picture that was copied alone is no text', (t) => {
  t.false(isCopiedText('', files('image.png')))
  t.false(isCopiedText(' \n', files('image.png')))
})

test('what a file manager says of its files is no text', (t) => {
  t.false(isCopiedText('yard.png', files('yard.png')))
  t.false(isCopiedText('yard.png\rgate.jpg', files('yard.png', 'gate.jpg')))
  t.false(isCopiedText('/home/alice/Pictures/yard.png\n', files('yard.png')))
  t.false(isCopiedText('C:\\Users\\alice\\yard.png', files('yard.png')))
  t.false(isCopiedText('file:///home/alice/%EB%A7%88%EB%8B%B9.png', files('마당.png')))
  // Some systems write a Korean name in its letters, and some in syllables.
  t.false(isCopiedText('마당.png'.normalize('NFD'), files('마당.png')))
  t.true(isCopiedText('yard.png\nand what is to be said of it', files('yard.png')))
})
