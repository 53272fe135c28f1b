import test from 'ava'
import { ConfigError, loadConfig } from '../src/config.ts'

const needed = {
  DATABASE_URL: 'mysql://madang@localhost/madang',
  REDIS_URL: 'redis://localhost',
  TOKEN_KEYS: 'one:c2VjcmV0',
}

const refusalOf = (settings: Record<string, string>): string => {
  try {
    loadConfig({ ...needed, ...settings })
    return 'taken'
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
}

const noOrigins = [
  'localhost:8080',
  'madang.example:8443',
  'madang.example',
  'null',
  'ftp://madang.example',
  'https://madang.example/madang',
  'https://madang.example?a=b',
  'https://ada@madang.example',
]

for (const wrong of noOrigins) {
  test(`${wrong} is no origin, and who sets it hears which setting that is`, (t) => {
    const words = `must be http:// or https:// with a host, perhaps a port, and nothing else; "${wrong}" is not`
    t.is(refusalOf({ PUBLIC_ORIGIN: wrong }), `The configuration is not valid.\n  PUBLIC_ORIGIN: ${words}`)
    t.is(
      refusalOf({ ALLOWED_ORIGINS: `https://a.example,${wrong}` }),
      `The configuration is not valid.\n  ALLOWED_ORIGINS: ${words}`,
    )
  })
}

test('origins are taken as browsers write them', (t) => {
  const { origins } = loadConfig({
    ...needed,
    PUBLIC_ORIGIN: 'https://Madang.example:443/',
    ALLOWED_ORIGINS: 'http://127.0.0.1:8080, https://마당.example,',
  })

  t.deepEqual([...origins], ['https://madang.example', 'http://127.0.0.1:8080', 'https://xn--ok1b32k.example'])
})

const contradictions: [settings: Record<string, string>, line: string][] = [
  [
    { MESSAGE_MAX_BYTES: '65536', FRAME_MAX_BYTES: '1024' },
    'MESSAGE_MAX_BYTES=65536 and 256 are more than FRAME_MAX_BYTES=1024: the longest messages would come in no frame',
  ],
  [
    { MESSAGE_MAX_BYTES: '16129' },
    'MESSAGE_MAX_BYTES=16129 and 256 are more than FRAME_MAX_BYTES=16384: the longest messages would come in no frame',
  ],
  [
    { SOCKET_HARD_BYTES: '65536' },
    'SOCKET_SOFT_BYTES=262144 is more than SOCKET_HARD_BYTES=65536: a slow socket would be closed before anything is dropped',
  ],
  [
    { FLUSH_ENTRIES: '20001' },
    'FLUSH_ENTRIES=20001 is more than BUFFER_MAX_ENTRIES=20000: a room that is spoken in fast would be full before it is flushed',
  ],
  [
    { BUFFER_MAX_BYTES: '1024' },
    'FLUSH_BYTES=4194304 is more than BUFFER_MAX_BYTES=1024: a room that is spoken in fast would be full before it is flushed',
  ],
]

test('settings that contradict each other are refused, both named with what they say', (t) => {
  for (const [settings, line] of contradictions) {
    t.is(refusalOf(settings), `The configuration contradicts itself.\n  ${line}`)
  }
  const both = refusalOf(Object.assign({}, ...contradictions.map(([settings]) => settings)))
  t.is(both.split('\n').length, 5, both)
  t.is(refusalOf({ FLUSH_ENTRIES: '20000', SOCKET_HARD_BYTES: '262144', MESSAGE_MAX_BYTES: '16128' }), 'taken')
})
